import { Refusal } from '@rollcall/kernel';

/** What a list is filtered by. */
export type CatalogueFilters = {
  /** Substring of name or description, as the client wrote it. */
  search: string | null;
  /** `latest`, or one exact version. */
  version: string | null;
  /** ISO 8601 in UTC. */
  updatedSince: string | null;
  includeDeleted: boolean;
};

/** The last row of a page. */
export type CataloguePosition = { name: string; version: string };

/** Version 1 of the form: a cursor that an older release gave out is refused and not misread. */
const FORM = 1;
const MAX_LENGTH = 6_000;
const UNSTORABLE = /[\0\p{Cs}]/u;
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/**
 * Base64url of position and filters: some clients append it to an address without encoding it, and drop `search` from the
 * second page on, so the cursor has to carry the search.
 */
export function encodePosition({ name, version }: CataloguePosition, filters: CatalogueFilters): string {
  const { search, version: only, updatedSince, includeDeleted } = filters;
  return Buffer.from(JSON.stringify([FORM, name, version, search, only, updatedSince, includeDeleted])).toString(
    'base64url',
  );
}

/** Reads a cursor of this list; anything else is refused, never guessed at. */
export function decodePosition(cursor: string): { after: CataloguePosition; filters: CatalogueFilters } {
  const parts = partsOf(cursor);
  if (parts === null || parts.length !== 7) throw invalidCursor();
  const [form, name, version, search, only, updatedSince, includeDeleted] = parts;
  if (form !== FORM || !isText(name) || !isText(version) || typeof includeDeleted !== 'boolean') throw invalidCursor();
  if (!isTextOrNull(search) || !isTextOrNull(only) || !isTextOrNull(updatedSince)) throw invalidCursor();
  if (updatedSince !== null && (!ISO.test(updatedSince) || !(Date.parse(updatedSince) >= 0))) throw invalidCursor();
  return { after: { name, version }, filters: { search, version: only, updatedSince, includeDeleted } };
}

function partsOf(cursor: string): unknown[] | null {
  if (cursor.length > MAX_LENGTH || !/^[A-Za-z0-9_-]+$/.test(cursor)) return null;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(cursor, 'base64url'));
    const parts: unknown = JSON.parse(text);
    return Array.isArray(parts) ? parts : null;
  } catch {
    return null;
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && !UNSTORABLE.test(value);
const isTextOrNull = (value: unknown): value is string | null => value === null || isText(value);

function invalidCursor(): Refusal {
  const message = 'The cursor is not one that this list gave out.';
  return new Refusal({
    code: 'BAD_REQUEST',
    message,
    nextStep: 'Start again without it.',
    path: ['cursor'],
    details: { errors: [{ message, location: 'query.cursor' }] },
  });
}
