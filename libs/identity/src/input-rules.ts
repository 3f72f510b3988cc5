import { decodeCursor, Refusal } from '@rollcall/kernel';
import { invalidInput } from './identity.errors.js';

const SLUG = /^[a-z0-9][a-z0-9-]{0,63}$/;
const HANDLE = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const EMAIL = /^[^\s@\p{Cc}]{1,64}@[^\s@\p{Cc}]{1,189}$/u;
/** What the product calls itself on the audit log. */
const RESERVED = new Set(['rollcall', 'system', 'anonymous']);

/** A slug or a refusal. */
export function slugOf(text: string): string {
  if (SLUG.test(text)) return text;
  throw invalidInput(
    'slug',
    'A slug has 1 to 64 of a-z, 0-9 and -, and starts with a letter or digit.',
    'Try "payments".',
  );
}

/** A handle or a refusal. */
export function handleOf(text: string): string {
  if (HANDLE.test(text) && !RESERVED.has(text)) return text;
  throw invalidInput(
    'handle',
    'A handle has 1 to 64 of a-z, 0-9, ".", "_" and "-", starts with a letter or digit, and is not one of the product itself.',
    'Try "ada.lovelace".',
  );
}

/** One line for people, or a refusal. */
export function lineOf(field: string, text: string, most = 120): string {
  const line = text.trim();
  if (line !== '' && line.length <= most && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(line)) return line;
  throw invalidInput(field, `"${field}" is one line of 1 to ${most} characters.`, 'Shorten it to one line.');
}

/** An e-mail address by its looks, or a refusal; only a message that arrives proves one. */
export function emailOf(text: string): string {
  if (EMAIL.test(text)) return text;
  throw invalidInput('email', 'This is not an e-mail address.', 'Write it as name@example.com.');
}

/** The parts of a cursor, or a refusal. */
export function cursorParts(cursor: string, length: number): string[] {
  const parts = decodeCursor(cursor, length);
  if (parts.ok) return parts.value;
  throw new Refusal({
    code: 'INVALID_CURSOR',
    message: 'The cursor is not one that this list gave out.',
    nextStep: 'Start again without "after".',
    path: ['after'],
  });
}

/** How many rows a page has: what was asked for, within 1 and 100. */
export const pageSize = (first: number): number => Math.min(Math.max(Math.trunc(first) || 1, 1), 100);
