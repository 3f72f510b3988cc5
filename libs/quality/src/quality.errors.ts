import { type JsonObject, Refusal } from '@rollcall/kernel';
import type { RuleSetIssue } from '@rollcall/lint';

/** Every problem of the document is in `details.issues`. */
export function ruleSetInvalid(issues: readonly RuleSetIssue[]): Refusal {
  const first = issues[0];
  return new Refusal({
    code: 'RULE_SET_INVALID',
    message: `The rule set is not valid: ${first?.path ?? ''}: ${first?.message ?? ''}`,
    nextStep: 'Correct every issue listed in details.issues; docs/operations/rule-sets.md describes each field.',
    path: ['document'],
    details: { issues } as unknown as JsonObject,
  });
}

/** Somebody else decided meanwhile; `details` has what is in force now. */
export function ruleSetConflict(expected: number, current: { revision: number; document: JsonObject }): Refusal {
  return new Refusal({
    code: 'CONFLICT',
    message: `The rule set is at revision ${current.revision}, not ${expected}: somebody changed it meanwhile.`,
    nextStep: 'Look at what is in force now, bring your change in, and set it with the new revision.',
    path: ['expectedRevision'],
    details: current,
  });
}

const MAX_REASON = 1_000;

/** What somebody says for the record, or REASON_REQUIRED. */
export function readReason(text: string): string {
  const reason = text.trim();
  if (reason.length === 0 || reason.length > MAX_REASON) throw reasonRequired();
  return reason;
}

function reasonRequired(): Refusal {
  return new Refusal({
    code: 'REASON_REQUIRED',
    message: `This needs a reason of 1 to ${MAX_REASON} characters.`,
    nextStep: 'Say why with --reason; it stays on the record.',
    path: ['reason'],
  });
}

export function invalidInput(path: string, message: string, nextStep: string): Refusal {
  return new Refusal({ code: 'BAD_REQUEST', message, nextStep, path: [path] });
}

export function invalidCursor(): Refusal {
  return new Refusal({
    code: 'INVALID_CURSOR',
    message: 'The cursor is not one that this list gave out.',
    nextStep: 'Start again without "after".',
    path: ['after'],
  });
}
