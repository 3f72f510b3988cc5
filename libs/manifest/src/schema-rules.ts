import type { JsonObject } from '@rollcall/kernel';
import { Ajv, type ErrorObject } from 'ajv';
import ajvFormats from 'ajv-formats';
import { type ManifestIssue, SCHEMA_DATES, type SchemaDate } from './manifest.js';
import { SERVER_SCHEMA_2025_07_09 } from './schemas/server-schema-2025-07-09.data.js';
import { SERVER_SCHEMA_2025_09_16 } from './schemas/server-schema-2025-09-16.data.js';
import { SERVER_SCHEMA_2025_09_29 } from './schemas/server-schema-2025-09-29.data.js';
import { SERVER_SCHEMA_2025_10_11 } from './schemas/server-schema-2025-10-11.data.js';
import { SERVER_SCHEMA_2025_10_17 } from './schemas/server-schema-2025-10-17.data.js';
import { SERVER_SCHEMA_2025_12_11 } from './schemas/server-schema-2025-12-11.data.js';
import { pointerKeys, resolveUnions } from './union-errors.js';

const SCHEMAS: Record<SchemaDate, JsonObject> = {
  '2025-07-09': SERVER_SCHEMA_2025_07_09,
  '2025-09-16': SERVER_SCHEMA_2025_09_16,
  '2025-09-29': SERVER_SCHEMA_2025_09_29,
  '2025-10-11': SERVER_SCHEMA_2025_10_11,
  '2025-10-17': SERVER_SCHEMA_2025_10_17,
  '2025-12-11': SERVER_SCHEMA_2025_12_11,
};

/** The current schema: what a document that names none, or an unknown one, is judged by. */
const CURRENT: SchemaDate = '2025-12-11';
const SCHEMA_URL = /^https?:\/\/[^\s/]+\/schemas\/([^/\s]+)\/server\.schema\.json$/;
const MAX_ISSUES = 200;
/** Every union is looked at with every error: a bound on the product, for documents made of mistakes. */
const MAX_RAW_ERRORS = 1_000;

/** The schema date a document names, and what is to be said about it. */
export function schemaDateOf(document: JsonObject): { date: SchemaDate; issues: ManifestIssue[] } {
  const named = document['$schema'];
  const about = (severity: ManifestIssue['severity'], message: string) => ({
    date: CURRENT,
    issues: [{ type: 'semantic' as const, path: '$schema', message, severity }],
  });
  if (named === undefined)
    return about('error', `Name the schema: "$schema" must be ${String(SCHEMAS[CURRENT]['$id'])}.`);
  const written = typeof named === 'string' ? SCHEMA_URL.exec(named)?.[1] : undefined;
  const date = SCHEMA_DATES.find((known) => known === written);
  if (date === undefined) return about('error', `Unknown schema; released dates are ${SCHEMA_DATES.join(', ')}.`);
  if (date === CURRENT) return { date, issues: [] };
  return { ...about('warning', `The schema of ${date} is not current; ${CURRENT} is.`), date };
}

/** Every violation of the schema of that date, at most 200. */
export function schemaIssues(document: JsonObject, date: SchemaDate): ManifestIssue[] {
  const ajv = validatorOf(date);
  const schemaId = String(SCHEMAS[date]['$id']);
  if (ajv.validate(schemaId, document)) return [];
  const issues = resolveUnions(ajv, schemaId, document, (ajv.errors ?? []).slice(0, MAX_RAW_ERRORS)).map(
    (error): ManifestIssue => {
      const { path, message } = described(error, document);
      return { type: 'schema', path, message, severity: 'error' };
    },
  );
  return uniqueIssues(issues).slice(0, MAX_ISSUES);
}

const compiled = new Map<SchemaDate, Ajv>();

function validatorOf(date: SchemaDate): Ajv {
  const known = compiled.get(date);
  if (known !== undefined) return known;
  // `verbose` puts the branches of a union on its error.
  const ajv = new Ajv({ allErrors: true, strict: false, verbose: true });
  ajvFormats.default(ajv);
  ajv.addSchema(SCHEMAS[date]);
  compiled.set(date, ajv);
  return ajv;
}

function described(error: ErrorObject, document: JsonObject): { path: string; message: string } {
  const path = dottedPath(error.instancePath, document);
  const params = error.params as Record<string, unknown>;
  if (error.keyword === 'required') {
    const member = String(params['missingProperty']);
    return { path: path === '' ? member : `${path}.${member}`, message: 'This member is required.' };
  }
  if (error.keyword === 'enum') {
    return { path, message: `Must be one of ${(params['allowedValues'] as unknown[]).map(String).join(', ')}.` };
  }
  return { path, message: `${(error.message ?? 'is not valid').replace(/^must/, 'Must')}.` };
}

/** `/packages/0/transport/url` as `packages[0].transport.url`, the way the registry API writes it. */
function dottedPath(pointer: string, document: JsonObject): string {
  let dotted = '';
  let here: unknown = document;
  for (const key of pointerKeys(pointer)) {
    if (Array.isArray(here)) dotted += `[${key}]`;
    else dotted += dotted === '' ? key : `.${key}`;
    here = (here as Record<string, unknown>)[key];
  }
  return dotted;
}

/** Two branches of a union can say the same thing about the same place. */
function uniqueIssues(issues: readonly ManifestIssue[]): ManifestIssue[] {
  return [...new Map(issues.map((issue) => [`${issue.path} ${issue.message}`, issue])).values()];
}
