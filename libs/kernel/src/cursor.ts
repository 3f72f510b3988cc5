import { err, ok, type Result } from './outcome.js';

/** Encodes the sort key of the last row of a page, base64url, opaque to clients. */
export function encodeCursor(key: readonly string[]): string {
  const bytes = new TextEncoder().encode(JSON.stringify(key));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** Decodes a cursor of exactly `length` parts; anything else is refused, never guessed at. */
export function decodeCursor(cursor: string, length: number): Result<string[], 'INVALID_CURSOR'> {
  if (cursor.length > 1024) return err('INVALID_CURSOR');
  try {
    const binary = atob(cursor.replaceAll('-', '+').replaceAll('_', '/'));
    const key: unknown = JSON.parse(new TextDecoder().decode(Uint8Array.from(binary, (c) => c.charCodeAt(0))));
    if (!Array.isArray(key) || key.length !== length || !key.every((part) => typeof part === 'string')) {
      return err('INVALID_CURSOR');
    }
    return ok(key);
  } catch {
    return err('INVALID_CURSOR');
  }
}
