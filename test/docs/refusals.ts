import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { sourcesBelow } from './sources.js';

/** One place in the sources that makes a refusal. Texts are as written, with `…` for what is filled in. */
export type RefusalSource = { code: string; message: string; nextStep: string; file: string };

const CODE = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/;
const FILLED_IN = '…';
/** Codes of verdicts that have the shape of a refusal and are none. */
const VERDICTS = ['SEMVER_OK', 'NOT_SEMVER'];

/** The sources that can refuse something, relative to the root. */
export function refusingFiles(root: string): string[] {
  return ['apps', 'libs']
    .flatMap((folder) => sourcesBelow(path.join(root, folder)))
    .map((file) => path.relative(root, file))
    .filter((file) => /\.tsx?$/.test(file) && !/\.(spec|fixture)\.tsx?$|^libs\/testing\/|^apps\/demo\//.test(file));
}

/** Every refusal of the sources. */
export function allRefusals(root: string): RefusalSource[] {
  return refusingFiles(root)
    .flatMap((file) => refusalsOf(root, file))
    .filter(({ code }) => !VERDICTS.includes(code));
}

/** Every refusal that one file can make: objects with `code`, `message` and `nextStep`, and calls of its own `refusal(...)`. */
export function refusalsOf(root: string, file: string): RefusalSource[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  if (!/nextStep|refus/.test(text)) return []; // parsing is what takes the time
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: RefusalSource[] = [];
  const add = (codes: readonly string[], message: ts.Node | undefined, nextStep: ts.Node | undefined) => {
    for (const code of codes) found.push({ code, message: textOf(message), nextStep: textOf(nextStep), file });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isObjectLiteralExpression(node)) {
      const code = memberOf(node, 'code');
      const nextStep = memberOf(node, 'nextStep');
      if (code && nextStep) add(codesIn(code), memberOf(node, 'message') ?? memberOf(node, 'detail'), nextStep);
    }
    if (ts.isCallExpression(node) && /^(refusal|refuse)\w*$/.test(node.expression.getText())) {
      const [code, message, nextStep] = node.arguments;
      if (code && ts.isStringLiteral(code)) add(codesIn(code), message, nextStep);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function memberOf(object: ts.ObjectLiteralExpression, name: string): ts.Node | undefined {
  for (const member of object.properties) {
    if (member.name?.getText() !== name) continue;
    if (ts.isPropertyAssignment(member)) return member.initializer;
    if (ts.isShorthandPropertyAssignment(member)) return member.name;
  }
  return undefined;
}

/** All codes an expression can be: a literal, or both ends of a condition. A variable is none: its literal is elsewhere. */
function codesIn(node: ts.Node): string[] {
  if (ts.isStringLiteral(node)) return CODE.test(node.text) ? [node.text] : [];
  if (ts.isConditionalExpression(node)) return [...codesIn(node.whenTrue), ...codesIn(node.whenFalse)];
  return [];
}

function textOf(node: ts.Node | undefined): string {
  if (!node) return FILLED_IN;
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map(({ literal }) => FILLED_IN + literal.text).join('');
  if (ts.isParenthesizedExpression(node)) return textOf(node.expression);
  if (ts.isConditionalExpression(node)) return `${textOf(node.whenTrue)} / ${textOf(node.whenFalse)}`;
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken)
    return textOf(node.left) + textOf(node.right);
  return FILLED_IN;
}
