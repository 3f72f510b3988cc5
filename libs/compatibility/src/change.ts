import { digestOf } from '@rollcall/contract';
import type { JsonValue } from '@rollcall/kernel';
import type { Change, Risk } from './comparison.js';
import { ruleOf } from './rules.js';

/** What a change says before it has a severity and a fingerprint. */
export type ChangeDraft = {
  ruleId: string;
  member: string;
  tool?: string | null;
  path?: string;
  message: string;
  risk?: Risk;
  /** What was there and what is there now: part of the fingerprint, so that an approval does not cover a later, wider change. */
  from?: JsonValue;
  to?: JsonValue;
};

/** Completes a change with the severity of its rule and its fingerprint. */
export function makeChange(draft: ChangeDraft): Change {
  const { ruleId, member, message } = draft;
  const tool = draft.tool ?? null;
  const path = draft.path ?? '';
  const fingerprint = digestOf({ ruleId, member, path, from: draft.from ?? null, to: draft.to ?? null });
  return {
    ruleId,
    severity: ruleOf(ruleId).severity,
    risk: draft.risk ?? 'none',
    tool,
    member,
    path,
    message,
    fingerprint,
  };
}
