import { type JsonObject, Refusal } from '@rollcall/kernel';
import type { PolicyIssue } from '@rollcall/lifecycle';

/** Every problem of the document is in `details.issues`. */
export function policyInvalid(issues: readonly PolicyIssue[]): Refusal {
  const first = issues[0];
  return new Refusal({
    code: 'POLICY_INVALID',
    message: `The policy document is not valid: ${first?.path ?? ''}: ${first?.message ?? ''}`,
    nextStep: 'Correct every issue listed in details.issues; docs/operations/policy.md describes each field.',
    path: ['document', ...(first?.path ? first.path.split('.') : [])],
    details: { issues } as unknown as JsonObject,
  });
}

/** Somebody else decided meanwhile; `details` has what is in force now. */
export function policyConflict(expected: number, current: { revision: number; document: JsonObject }): Refusal {
  return new Refusal({
    code: 'CONFLICT',
    message: `The policy is at revision ${current.revision}, not ${expected}: somebody changed it meanwhile.`,
    nextStep: 'Look at what is in force now, bring your change in, and set it with the new revision.',
    path: ['expectedRevision'],
    details: current,
  });
}

export function reasonRequired(): Refusal {
  return new Refusal({
    code: 'REASON_REQUIRED',
    message: 'This needs a reason.',
    nextStep: 'Say why with --reason; it stays on the record.',
    path: ['reason'],
  });
}

export function transferRefused(message: string, nextStep: string): Refusal {
  return new Refusal({ code: 'TRANSFER_REFUSED', message, nextStep });
}

export function renameRefused(message: string, nextStep: string): Refusal {
  return new Refusal({ code: 'RENAME_REFUSED', message, nextStep, path: ['name'] });
}

export function invalidCursor(): Refusal {
  return new Refusal({
    code: 'INVALID_CURSOR',
    message: 'The cursor is not one that this list gave out.',
    nextStep: 'Start again without "after".',
    path: ['after'],
  });
}
