import { readFileSync } from 'node:fs';
import { RULES } from '@rollcall/compatibility';
import { isJsonObject } from '@rollcall/kernel';
import { LINT_RULES } from '@rollcall/lint';
import { z } from 'zod';
import { type ExitCode, exitOfCode } from './exit-codes.js';

/** What a rule of an engine looks for. */
export type ExplainedRule = {
  kind: 'rule';
  id: string;
  severity: string;
  title: string;
  explanation: string;
  docs: string;
  before?: string;
  after?: string;
};

/** What a code of a failure means, and how commands end with it. */
export type ExplainedCode = {
  kind: 'code';
  id: string;
  exitCode: ExitCode;
  means: string | null;
  nextStep: string | null;
  said: { message: string; nextStep: string }[];
};

const CODE = z.object({
  means: z.string().nullable(),
  nextStep: z.string().nullable(),
  said: z.array(z.object({ message: z.string(), nextStep: z.string() })),
});

const ALL_RULES: readonly Omit<ExplainedRule, 'kind'>[] = [
  ...RULES,
  ...LINT_RULES.map(({ id, severity, title, explanation, docs, before, after }) => ({
    id,
    severity,
    title,
    explanation,
    docs,
    before,
    after,
  })),
];

let codes: Record<string, z.infer<typeof CODE>> | undefined;

/** What is known about a code or rule; null when there is none of that name. */
export function explanationOf(id: string): ExplainedRule | ExplainedCode | null {
  const rule = ALL_RULES.find((one) => one.id === id);
  if (rule !== undefined) return { kind: 'rule', ...rule };
  const all = explainedCodes();
  const code = Object.hasOwn(all, id) ? all[id] : undefined;
  return code === undefined ? null : { kind: 'code', id, exitCode: exitOfCode(id), ...code };
}

/** Names that begin or end like this one, for who has misspelt it. */
export function explainedLike(id: string, max = 5): string[] {
  const words = id.split('_').filter((word) => word.length > 2);
  const shared = (name: string) => words.filter((word) => name.includes(word)).length;
  return [...ALL_RULES.map((rule) => rule.id), ...Object.keys(explainedCodes())]
    .filter((name) => shared(name) > 0)
    .sort((a, b) => shared(b) - shared(a))
    .slice(0, max);
}

/** Written from the sources and pages by `npm run docs`; it lies beside this file, so that it is there offline. */
function explainedCodes(): Record<string, z.infer<typeof CODE>> {
  if (codes !== undefined) return codes;
  const value: unknown = JSON.parse(readFileSync(new URL('./explained-codes.json', import.meta.url), 'utf8'));
  codes = isJsonObject(value) ? z.record(z.string(), CODE).parse(value) : {};
  return codes;
}
