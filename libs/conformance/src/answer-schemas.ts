import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import { Ajv, type ValidateFunction } from 'ajv';
import ajvFormats from 'ajv-formats';
import { ANSWER_DEFINITIONS } from './schemas/answers.data.js';
import { DOCUMENT_DEFINITIONS } from './schemas/documents.data.js';

/** Schemas of the OpenAPI document that answers are held against. */
export type AnswerSchema = 'ServerList' | 'ServerResponse' | 'AllVersionsStatusResponse' | 'ServerDetail';

const ID = 'https://modelcontextprotocol.io/schemas/draft/2025-12-01/server-registry-openapi';

/** The answer without the documents in it: what the registry itself writes. */
const LOOSE_DETAIL: JsonObject = {
  type: 'object',
  required: ['name', 'description', 'version'],
  properties: { name: { type: 'string' }, description: { type: 'string' }, version: { type: 'string' } },
};

const validators = new Map<string, ValidateFunction>();

function validatorOf(schema: AnswerSchema, whole: boolean): ValidateFunction {
  const key = `${schema} ${whole}`;
  const known = validators.get(key);
  if (known !== undefined) return known;
  const ajv = new Ajv({ strict: false, allErrors: false, validateFormats: true });
  ajvFormats.default(ajv);
  const documents = whole ? DOCUMENT_DEFINITIONS : { ...DOCUMENT_DEFINITIONS, ServerDetail: LOOSE_DETAIL };
  const made = ajv.compile({
    $id: ID,
    definitions: { ...withNullCursor(ANSWER_DEFINITIONS), ...documents },
    $ref: `#/definitions/${schema}`,
  });
  validators.set(key, made);
  return made;
}

/** The document's own words allow a null cursor ("if null or empty, there are no more results"); its type does not. */
function withNullCursor(definitions: JsonObject): JsonObject {
  const copy = structuredClone(definitions) as Record<
    string,
    { properties: Record<string, { properties: JsonObject }> }
  >;
  const metadata = copy['ServerList']?.properties['metadata'];
  if (metadata !== undefined) metadata.properties['nextCursor'] = { type: ['string', 'null'] };
  return copy as JsonObject;
}

/** The first violation as a sentence, null when there is none. `whole` judges the documents inside, too. */
export function firstViolation(schema: AnswerSchema, value: JsonValue | undefined, whole = false): string | null {
  if (value === undefined) return 'The body is not JSON.';
  const validate = validatorOf(schema, whole);
  if (validate(value)) return null;
  const [error] = validate.errors ?? [];
  const unknown = error?.params['additionalProperty'];
  const more = typeof unknown === 'string' ? ` (${unknown})` : '';
  return `${error?.instancePath || 'the document'} ${error?.message ?? 'is not valid'}${more}, says ${schema}.`;
}

const OFFICIAL = 'io.modelcontextprotocol.registry/official';

/** What the registry itself says about a version; members that are absent or of another type are undefined. */
export type OfficialMeta = {
  status: string | undefined;
  statusMessage: string | undefined;
  statusChangedAt: string | undefined;
  publishedAt: string | undefined;
  updatedAt: string | undefined;
  isLatest: boolean | undefined;
};

/** One item of a list as far as it can be read; `raw` is all of it. */
export type ServerItem = {
  name: string;
  version: string;
  server: JsonObject;
  official: OfficialMeta | null;
  raw: JsonObject;
};

/** Reads an item; null when it has no name or version to speak of. */
export function itemOf(raw: JsonValue | undefined): ServerItem | null {
  if (!isJsonObject(raw) || !isJsonObject(raw['server'])) return null;
  const server = raw['server'];
  const { name, version } = server;
  if (typeof name !== 'string' || typeof version !== 'string' || name === '' || version === '') return null;
  return { name, version, server, official: officialOf(raw), raw };
}

/** The block as it is, null when there is none. */
export function officialBlock(raw: JsonValue | undefined): JsonObject | null {
  if (!isJsonObject(raw) || !isJsonObject(raw['_meta'])) return null;
  const block = raw['_meta'][OFFICIAL];
  return isJsonObject(block) ? block : null;
}

function officialOf(raw: JsonObject): OfficialMeta | null {
  const block = officialBlock(raw);
  if (block === null) return null;
  const text = (key: string) => (typeof block[key] === 'string' ? block[key] : undefined);
  return {
    status: text('status'),
    statusMessage: text('statusMessage'),
    statusChangedAt: text('statusChangedAt'),
    publishedAt: text('publishedAt'),
    updatedAt: text('updatedAt'),
    isLatest: typeof block['isLatest'] === 'boolean' ? block['isLatest'] : undefined,
  };
}

/** A page of a list: its items as they are, and those that can be read. */
export type ListPage = { raw: JsonValue[]; items: ServerItem[]; count: number | undefined; nextCursor: string | null };

/** Reads a list; null when it is none. */
export function pageOf(json: JsonValue | undefined): ListPage | null {
  if (!isJsonObject(json) || !Array.isArray(json['servers'])) return null;
  const metadata = isJsonObject(json['metadata']) ? json['metadata'] : {};
  const { nextCursor, count } = metadata;
  return {
    raw: json['servers'],
    items: json['servers'].flatMap((each) => itemOf(each) ?? []),
    count: typeof count === 'number' ? count : undefined,
    nextCursor: typeof nextCursor === 'string' && nextCursor !== '' ? nextCursor : null,
  };
}
