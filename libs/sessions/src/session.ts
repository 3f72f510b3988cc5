import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { HOUR_MS, MINUTE_MS } from '@rollcall/kernel';

/** However active: after a working day somebody signs in again. */
export const SESSION_MAX_MS = 12 * HOUR_MS;
/** Nobody was there for this long. */
export const SESSION_IDLE_MS = HOUR_MS;
/** From the first redirect to the way back. */
export const ATTEMPT_MS = 10 * MINUTE_MS;

/** 256 random bits, base64url: 43 characters. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** True for what {@link newSecret} makes: anything else is not looked up. */
export const isSecret = (text: string | undefined): text is string => /^[A-Za-z0-9_-]{43}$/.test(text ?? '');

/** What is kept of a secret. */
export const secretDigest = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/**
 * The word that goes with a cookie: it follows from the cookie, so that every tab has the same one, and the cookie does not
 * follow from it.
 */
export const wordOf = (cookie: string): string =>
  createHmac('sha256', cookie).update('rollcall page').digest('base64url');

/** True for the word of this cookie; takes as long for a wrong one. */
export function isWordOf(cookie: string, word: string | undefined): boolean {
  const [right, given] = [Buffer.from(wordOf(cookie)), Buffer.from(word ?? '')];
  return right.length === given.length && timingSafeEqual(right, given);
}

/** When a session counts for nothing any more. */
export function isOver(session: { lastSeenAt: Date; expiresAt: Date; endedAt: Date | null }, now: Date): boolean {
  return (
    session.endedAt !== null ||
    session.expiresAt <= now ||
    now.getTime() - session.lastSeenAt.getTime() >= SESSION_IDLE_MS
  );
}

/**
 * Where a browser goes after signing in: a path of our own. Anything that a browser could read as another site (`//x`,
 * `/\x`, a scheme, control characters) becomes the start page.
 */
export function ownPath(text: string | undefined): string {
  if (text === undefined || text.length > 500 || !/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(text)) return '/';
  return new URL(text, 'http://own.invalid').origin === 'http://own.invalid' ? text : '/';
}
