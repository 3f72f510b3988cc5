import { Refusal } from '@rollcall/kernel';
import { type CatalogueFilters, decodePosition } from './catalogue-cursor.js';

/** What a page is asked for with; a cursor brings its own filters along, which hold whatever else the request says. */
export type PageQuery = { limit: number; filters: CatalogueFilters; after: { name: string; version: string } | null };

/** Query parameters as Fastify parses them: repeated ones are lists. */
export type RawQuery = Record<string, string | string[] | undefined>;

const DEFAULT_LIMIT = 30;
const MAX_LIMIT = 100;
const MAX_SEARCH = 400;
const MAX_VERSION = 255;
const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;

/** Reads the parameters of the list. A form that is wrong is 422; a time or cursor that cannot be read is 400. */
export function readPageQuery(query: RawQuery): PageQuery {
  const limit = readLimit(query);
  const cursor = one(query, 'cursor');
  if (cursor !== undefined) return { limit, ...decodePosition(cursor) };
  const updatedSince = readUpdatedSince(query);
  const includeDeleted = readFlag(query, 'include_deleted');
  if (updatedSince !== null && includeDeleted === false) {
    throw badParameter(
      'include_deleted',
      'updated_since always includes deleted versions, so include_deleted=false contradicts it.',
      'Leave include_deleted out.',
    );
  }
  const filters = {
    search: readText(query, 'search', MAX_SEARCH),
    version: readText(query, 'version', MAX_VERSION),
    updatedSince,
    includeDeleted: updatedSince !== null || includeDeleted === true,
  };
  return { limit, filters, after: null };
}

/** `limit`, 1 to 100. */
export function readLimit(query: RawQuery): number {
  const text = one(query, 'limit');
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MAX_LIMIT) {
    throw malformedParameter('limit', `limit must be a whole number from 1 to ${MAX_LIMIT}.`, text);
  }
  return limit;
}

/** A yes or no; undefined when it is not given. */
export function readFlag(query: RawQuery, name: string): boolean | undefined {
  const text = one(query, name);
  if (text === undefined) return undefined;
  if (/^(true|1|t)$/i.test(text)) return true;
  if (/^(false|0|f)$/i.test(text)) return false;
  throw malformedParameter(name, `${name} must be true or false.`, text);
}

/** The value of a parameter; an empty one counts as absent. */
export function one(query: RawQuery, name: string): string | undefined {
  const value = query[name];
  if (Array.isArray(value)) throw malformedParameter(name, `${name} is given more than once.`, value.join(','));
  return value === '' ? undefined : value;
}

function readText(query: RawQuery, name: string, most: number): string | null {
  const text = one(query, name);
  if (text !== undefined && text.length > most) {
    throw malformedParameter(name, `${name} has more than ${most} characters.`, text);
  }
  return text ?? null;
}

function readUpdatedSince(query: RawQuery): string | null {
  const text = one(query, 'updated_since');
  if (text === undefined) return null;
  const instant = RFC_3339.test(text) ? Date.parse(text.replace(' ', 'T').toUpperCase()) : Number.NaN;
  if (Number.isNaN(instant)) {
    throw badParameter(
      'updated_since',
      'updated_since is not an RFC 3339 date and time.',
      'Write it as 2026-11-20T12:00:00Z.',
    );
  }
  // no version is older, and PostgreSQL knows no year 0
  return new Date(Math.min(Math.max(instant, 0), Date.UTC(9999, 0))).toISOString();
}

/** 422: the form of a parameter is wrong. */
export function malformedParameter(name: string, message: string, value: string): Refusal {
  return new Refusal({
    code: 'INVALID_REQUEST',
    message,
    nextStep: 'Correct the parameter.',
    path: [name],
    details: { errors: [{ message, location: `query.${name}`, value: value.slice(0, 200) }] },
  });
}

/** 400: a parameter has its form, and means nothing here. */
export function badParameter(name: string, message: string, nextStep: string): Refusal {
  return new Refusal({
    code: 'BAD_REQUEST',
    message,
    nextStep,
    path: [name],
    details: { errors: [{ message, location: `query.${name}` }] },
  });
}
