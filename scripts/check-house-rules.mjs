#!/usr/bin/env node
// Rules of the house that neither the linter nor the architecture rules can see. `node scripts/check-house-rules.mjs [ROOT]`.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { isKnownName } from './file-roles.mjs';
import { sourceFiles } from './source-files.mjs';

const CODE = /\.(ts|tsx|mts|mjs|cjs)$/;
const PROSE = /\.(md|graphql|prisma|sql|ya?ml|css)$/;
/** Words that name no job: such a file collects whatever had no place. */
const EMPTY_WORDS = /^(utils?|helpers?|commons?|managers?|misc)$/;
const EMPTY_NAME = /(^|[a-z0-9_])(Utils?|Helpers?|Common|Managers?)$|^(utils?|helpers?|common|managers?)$/;
/** Numbers of a tracker say nothing to a reader without that tracker; the reason itself belongs in the text. */
const TRACKER = /(^|[\s([{"'`])#\d{1,6}\b(?![-\w])|\b(issues?|tickets?|pull|bugs?|PR|GH)[ /#-]*\d+\b/i;
/** Only libs/config reads the environment; scripts, tools and tests start processes and have to compose one. */
const READS_ENVIRONMENT =
  /^(libs\/(config|testing)\/|scripts\/|tools\/|test\/|bench\/|integrations\/|prisma\.config\.ts$|jest\.config\.mjs$)|\.spec\.tsx?$|(^|\/)vite\.config\.ts$/;

/** All findings for one file: `[{ line, rule, message }]`, line 0 for the name itself. */
export function findingsOf(file, text) {
  const found = [...nameFindings(file)];
  if (CODE.test(file)) found.push(...codeFindings(file, text));
  else if (PROSE.test(file)) found.push(...text.split('\n').flatMap((line, index) => trackerFinding(line, index + 1)));
  return found;
}

function nameFindings(file) {
  const words = file.split('/').flatMap((segment) => segment.replace(/\.[a-z]+$/, '').split(/[.-]/));
  const empty = words.find((word) => EMPTY_WORDS.test(word));
  const found = [];
  if (empty) found.push({ line: 0, rule: 'names', message: `"${empty}" names no job; say what the file does` });
  if (/^(apps|libs)\/[^/]+\/src\/.*\.tsx?$/.test(file) && !isKnownName(path.posix.basename(file)))
    found.push({
      line: 0,
      rule: 'file-roles',
      message: 'a name is kebab-case noun.role.ts with a role of scripts/file-roles.mjs',
    });
  return found;
}

function codeFindings(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found = commentsOf(source, text).flatMap(({ line, comment }) =>
    comment.split('\n').flatMap((part, index) => trackerFinding(part, line + index)),
  );
  const at = (node) => source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
  const visit = (node) => {
    if (!READS_ENVIRONMENT.test(file) && readsEnvironment(node))
      found.push({ line: at(node), rule: 'environment', message: 'only libs/config reads process.env' });
    const name = declaredName(node);
    if (name && EMPTY_NAME.test(name))
      found.push({
        line: at(node),
        rule: 'names',
        message: `"${name}" names no job; use a verb or a noun of the domain`,
      });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function readsEnvironment(node) {
  if (ts.isPropertyAccessExpression(node) && node.name.text === 'env') return isProcess(node.expression);
  if (ts.isElementAccessExpression(node) && ts.isStringLiteral(node.argumentExpression))
    return node.argumentExpression.text === 'env' && isProcess(node.expression);
  if (ts.isImportDeclaration(node) && /^(node:)?process$/.test(node.moduleSpecifier.text)) return true;
  // const { env } = process
  return (
    ts.isVariableDeclaration(node) &&
    node.initializer !== undefined &&
    isProcess(node.initializer) &&
    ts.isObjectBindingPattern(node.name)
  );
}

function isProcess(node) {
  if (ts.isIdentifier(node)) return node.text === 'process';
  return (
    ts.isPropertyAccessExpression(node) && node.name.text === 'process' && node.expression.getText() === 'globalThis'
  );
}

function declaredName(node) {
  const declares =
    ts.isClassDeclaration(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isInterfaceDeclaration(node);
  return declares ? node.name?.text : undefined;
}

/** Every comment once, with the line it starts on. */
function commentsOf(source, text) {
  const starts = new Map();
  const visit = (node) => {
    for (const range of ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []) starts.set(range.pos, range.end);
    for (const range of ts.getTrailingCommentRanges(text, node.getEnd()) ?? []) starts.set(range.pos, range.end);
    for (const child of node.getChildren(source)) visit(child);
  };
  visit(source);
  return [...starts].map(([pos, end]) => ({
    line: source.getLineAndCharacterOfPosition(pos).line + 1,
    comment: text.slice(pos, end),
  }));
}

function trackerFinding(line, number) {
  if (!TRACKER.test(line)) return [];
  return [{ line: number, rule: 'trackers', message: 'give the reason instead of the number of an issue' }];
}

if (import.meta.filename === process.argv[1]) {
  const root = path.resolve(process.argv[2] ?? process.cwd());
  const findings = sourceFiles(root).flatMap((file) => {
    if (!CODE.test(file) && !PROSE.test(file)) return [];
    return findingsOf(file, readFileSync(path.join(root, file), 'utf8')).map((finding) => ({ file, ...finding }));
  });
  for (const { file, line, rule, message } of findings)
    console.error(`${file}${line ? `:${line}` : ''}: ${rule}: ${message}`);
  console.log(findings.length === 0 ? 'House rules: clean.' : `House rules: ${findings.length} broken.`);
  process.exitCode = findings.length === 0 ? 0 : 1;
}
