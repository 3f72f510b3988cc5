import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { type Ran, ROOT, type Workspace } from './shell.js';

type Step = { id: string; shell: string; if?: string; env: Record<string, string>; run: string };

/** What action.yml says. */
export type Action = {
  inputs: Record<string, { description: string; default: string }>;
  outputs: Record<string, { description: string; value: string }>;
  runs: { using: string; steps: Step[] };
};

const FOLDER = path.join(ROOT, 'integrations/github-action');

export const ACTION = parse(readFileSync(path.join(FOLDER, 'action.yml'), 'utf8')) as Action;

/** How a run of the action ended: of each step that ran, its output; the outputs of the action. */
export type ActionRun = { code: number; steps: Record<string, Ran>; outputs: Record<string, string>; summary: string };

type Scope = { inputs: Record<string, string>; outputs: Record<string, Record<string, string>>; failed: boolean };

/** Runs the steps of the action as the runner does: expressions, outputs, `if`, and a failure that ends what is not `always()`. */
export async function runAction(workspace: Workspace, given: Record<string, string>, env = {}): Promise<ActionRun> {
  const defaults = Object.entries(ACTION.inputs).map(([name, input]) => [name, input.default] as const);
  const scope: Scope = { inputs: { ...Object.fromEntries(defaults), ...given }, outputs: {}, failed: false };
  const summary = path.join(workspace.dir, 'summary.md');
  writeFileSync(summary, '');
  const run: ActionRun = { code: 0, steps: {}, outputs: {}, summary: '' };
  for (const step of ACTION.runs.steps) {
    if (!runs(step, scope)) continue;
    const file = path.join(workspace.dir, 'output');
    writeFileSync(file, '');
    const values = Object.entries(step.env).map(([name, text]) => [name, fill(text, scope)] as const);
    const ran = await workspace.bash(step.run, {
      RUNNER_TEMP: workspace.dir,
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTION_PATH: FOLDER,
      GITHUB_OUTPUT: file,
      GITHUB_STEP_SUMMARY: summary,
      ...env,
      ...Object.fromEntries(values),
    });
    run.steps[step.id] = ran;
    scope.outputs[step.id] = outputsOf(readFileSync(file, 'utf8'));
    if (ran.code !== 0 && !scope.failed) {
      scope.failed = true;
      run.code = ran.code;
    }
  }
  for (const [name, { value }] of Object.entries(ACTION.outputs)) run.outputs[name] = fill(value, scope);
  return { ...run, summary: readFileSync(summary, 'utf8') };
}

function runs({ if: condition }: Step, scope: Scope): boolean {
  if (condition === undefined) return !scope.failed;
  const terms = inner(condition).split('&&');
  if (scope.failed && !terms.some((term) => term.trim() === 'always()')) return false;
  return terms.every((term) => {
    const [left = '', operator, right = ''] = term.trim().split(/\s+(==|!=)\s+/);
    if (left === 'always()') return true;
    const same = value(left, scope) === value(right, scope);
    return operator === '!=' ? !same : same;
  });
}

function fill(text: string, scope: Scope): string {
  return text.replace(/\$\{\{.*?\}\}/g, (expression) => value(inner(expression), scope));
}

function value(expression: string, { inputs, outputs }: Scope): string {
  if (expression.startsWith("'")) return expression.slice(1, -1);
  const [root, ...names] = expression.split('.');
  if (root === 'inputs' && names.length === 1)
    return fill(inputs[names[0] ?? ''] ?? '', { inputs, outputs, failed: false });
  if (root === 'steps' && names.length === 3) return outputs[names[0] ?? '']?.[names[2] ?? ''] ?? '';
  if (expression === 'github.token') return 'job-token';
  throw new Error(`the runner of this test does not know ${expression}`);
}

const inner = (expression: string) => expression.replace(/^\$\{\{\s*|\s*\}\}$/g, '');

function outputsOf(text: string): Record<string, string> {
  const pairs = text.split('\n').filter((line) => line !== '');
  return Object.fromEntries(pairs.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}
