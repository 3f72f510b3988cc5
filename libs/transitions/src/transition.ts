import type { JsonObject, JsonValue } from '@rollcall/kernel';
import { isJsonObject } from '@rollcall/kernel';
import type { LifecycleState } from '@rollcall/lifecycle';
import type { VersionRef } from '@rollcall/registry';
import { invalidInput } from './transitions.errors.js';

/** What replaces a version; `tools` maps old tool names to new ones where they differ. */
export type SuccessorInput = { server: string; version: string; tools?: JsonValue | null };

/** One step somebody asks for. */
export type TransitionInput = {
  version: VersionRef;
  to: LifecycleState;
  reason?: string | null;
  approvalRules?: JsonValue | null;
  successor?: SuccessorInput | null;
  noSuccessor?: boolean | null;
  sunsetAt?: Date | null;
  message?: string | null;
  override?: boolean | null;
};

/** How the announced end of a version is stored. */
export type StoredDeprecation = {
  sunsetAt: string;
  message: string;
  successor: { server: string; version: string; tools: Record<string, string> } | null;
};

const MAX_TOOLS = 1000;
/** As the registry API caps it. */
export const MAX_STATUS_MESSAGE = 500;

/** What the registry API shows beside a status; an active version has no message. */
export function statusMessageOf(state: LifecycleState, message: string | null | undefined): string | null {
  if (state === 'active' || !message) return null;
  return [...message].slice(0, MAX_STATUS_MESSAGE).join('');
}

/** Reads a map of tool name to decision; anything but `none` and `human` is refused. */
export function readApprovalRules(value: JsonValue | null | undefined): Record<string, 'none' | 'human'> {
  const entries = Object.entries(asObject(value, 'approvalRules'));
  for (const [tool, rule] of entries) {
    if (rule !== 'none' && rule !== 'human') {
      throw invalidInput('approvalRules', `The rule for "${tool}" is neither none nor human.`, 'Use none or human.');
    }
  }
  return Object.fromEntries(entries) as Record<string, 'none' | 'human'>;
}

/** Reads a successor's map of old to new tool names. */
export function readToolMapping(value: JsonValue | null | undefined): Record<string, string> {
  const entries = Object.entries(asObject(value, 'successor'));
  if (!entries.every(([, name]) => typeof name === 'string')) {
    throw invalidInput('successor', 'A tool mapping maps names to names.', 'Use an object such as {"old": "new"}.');
  }
  return Object.fromEntries(entries) as Record<string, string>;
}

function asObject(value: JsonValue | null | undefined, path: string): JsonObject {
  if (value === null || value === undefined) return {};
  if (!isJsonObject(value) || Object.keys(value).length > MAX_TOOLS) {
    throw invalidInput(
      path,
      'This must be an object of at most 1000 entries.',
      'Use an object such as {"tool": "none"}.',
    );
  }
  return value;
}
