import { ACTIONS, ALL_SCOPES } from '@rollcall/access';
import { DAY_MS } from '@rollcall/kernel';
import { effectivePolicy } from '@rollcall/lifecycle';
import { expiryInvalid, scopesInvalid } from '../identity.errors.js';

/** The longest life of a person's token where the organization's policy does not say. */
export const PERSON_TOKEN_DAYS = 90;
/** The longest life of the token with which an administrator lets somebody in for the first time. */
export const FIRST_TOKEN_DAYS = 7;

/** The scopes as they are stored: known actions without repetition, or `*` alone. */
export function scopesOf(scopes: readonly string[]): string[] {
  const unique = [...new Set(scopes)].sort();
  if (unique.length === 0) throw scopesInvalid('A token needs at least one scope.');
  if (unique.includes(ALL_SCOPES) && unique.length > 1) throw scopesInvalid('The scope * stands alone.');
  const unknown = unique.find((scope) => scope !== ALL_SCOPES && !Object.hasOwn(ACTIONS, scope));
  if (unknown !== undefined) throw scopesInvalid(`"${unknown.slice(0, 60)}" is not an action.`);
  return unique;
}

/** The most days a token of this kind of account may live; null: no limit. */
export function maxTokenDays(policy: unknown, kind: string): number | null {
  const { tokenMaxDays } = effectivePolicy(policy);
  return kind === 'user' ? (tokenMaxDays ?? PERSON_TOKEN_DAYS) : tokenMaxDays;
}

/** The expiry or a refusal: a person's token always has one, nobody's is later than the limit. */
export function expiryOf(
  wanted: Date | null,
  { now, kind, maxDays }: { now: Date; kind: string; maxDays: number | null },
): Date | null {
  if (wanted === null) {
    if (kind !== 'user' && maxDays === null) return null;
    throw expiryInvalid('This token needs an expiry.', `Give one at most ${maxDays} days ahead.`);
  }
  if (wanted <= now) throw expiryInvalid('The expiry is in the past.', 'Give a later one.');
  if (maxDays !== null && wanted.getTime() - now.getTime() > maxDays * DAY_MS) {
    throw expiryInvalid(`A token lives at most ${maxDays} days here.`, `Give an expiry at most ${maxDays} days ahead.`);
  }
  return wanted;
}
