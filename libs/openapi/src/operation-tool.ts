import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import { type OpenApiDocument, pointerPart } from './openapi-document.js';
import { SchemaConversion } from './schema-conversion.js';

/** The HTTP methods whose operations become tools. */
export const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;
/** One of {@link METHODS}. */
export type Method = (typeof METHODS)[number];

/** Where an operation stands in the description. */
export type OperationPlace = { method: Method; path: string; item: JsonObject; operation: JsonObject; pointer: string };

/** One operation as a tool definition in the shape of `tools/list`. */
export type OperationTool = {
  name: string;
  method: Method;
  path: string;
  /** A call may change or destroy something: the method says so, or does not rule it out. */
  destructive: boolean;
  definition: JsonObject;
};

const MAX_NAME = 64;
const MAX_DESCRIPTION = 2_000;
/** Headers the protocol itself sets; a description that lists them is to be ignored there (OpenAPI 3.1, parameter object). */
const PROTOCOL_HEADERS = new Set(['accept', 'content-type', 'authorization']);

/**
 * RFC 9110 section 9.2: GET, HEAD, OPTIONS and TRACE are safe; PUT and DELETE idempotent. POST promises nothing, so that it
 * counts as destructive until a reviewer says otherwise.
 */
export function annotationsOf(method: Method): {
  readOnlyHint: boolean;
  destructiveHint: boolean;
  idempotentHint: boolean;
} {
  const safe = ['get', 'head', 'options', 'trace'].includes(method);
  return {
    readOnlyHint: safe,
    destructiveHint: !safe,
    idempotentHint: safe || method === 'put' || method === 'delete',
  };
}

/** The tool of one operation; what cannot be carried over is noted in the document's issues. */
export function toolOf(document: OpenApiDocument, place: OperationPlace, taken: Set<string>): OperationTool {
  const { method, path, operation } = place;
  const annotations = annotationsOf(method);
  const name = freeName(operation['operationId'], place, taken);
  const summary = textOf(operation['summary']);
  const definition: JsonObject = {
    name,
    ...(summary ? { title: summary.slice(0, 100) } : {}),
    description: describe(place),
    inputSchema: inputSchema(document, place),
    ...outputSchema(document, place),
    annotations,
    _meta: { 'dev.rollcall/openapi': { method: method.toUpperCase(), path } },
  };
  if (operation['deprecated'] === true)
    document.note('DEPRECATED_OPERATION', `${method.toUpperCase()} ${path} is deprecated already.`, place.pointer);
  return { name, method, path, destructive: annotations.destructiveHint, definition };
}

function describe({ method, path, operation }: OperationPlace): string {
  const parts = [textOf(operation['summary']), textOf(operation['description'])].filter((part) => part !== '');
  return [...parts, `${method.toUpperCase()} ${path}`].join('\n\n').slice(0, MAX_DESCRIPTION);
}

function freeName(id: JsonValue | undefined, { method, path }: OperationPlace, taken: Set<string>): string {
  const plain = (text: string) =>
    text
      .replace(/[^A-Za-z0-9_-]+/g, '_')
      .replace(/_{2,}/g, '_')
      .replace(/^_+|_+$/g, '')
      .slice(0, MAX_NAME);
  const base = plain(textOf(id)) || plain(`${method}_${path}`) || method;
  let name = base;
  for (let n = 2; taken.has(name); n++) name = `${base.slice(0, MAX_NAME - 5)}_${n}`;
  taken.add(name);
  return name;
}

type Parameter = { name: string; in: string; required: boolean; schema: JsonValue };

function inputSchema(document: OpenApiDocument, place: OperationPlace): JsonObject {
  const conversion = new SchemaConversion(document, 'input');
  const properties: JsonObject = {};
  const required: string[] = [];
  for (const parameter of parametersOf(document, place, conversion)) {
    const name =
      Object.hasOwn(properties, parameter.name) || parameter.name === 'body'
        ? `${parameter.in}_${parameter.name}`
        : parameter.name;
    properties[name] = parameter.schema;
    if (parameter.required) required.push(name);
  }
  const body = bodyOf(document, place, conversion);
  if (body) {
    properties['body'] = body.schema;
    if (body.required) required.push('body');
  }
  return {
    type: 'object',
    properties,
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
    ...conversion.defs(),
  };
}

function parametersOf(document: OpenApiDocument, place: OperationPlace, conversion: SchemaConversion): Parameter[] {
  const found = new Map<string, Parameter>();
  const lists: [JsonValue | undefined, string][] = [
    [place.item['parameters'], `/paths/${pointerPart(place.path)}/parameters`],
    [place.operation['parameters'], `${place.pointer}/parameters`],
  ];
  for (const [list, at] of lists) {
    for (const [index, value] of (Array.isArray(list) ? list : []).entries()) {
      const parameter = parameterOf(document, value, { at: `${at}/${index}`, conversion });
      // an operation's own parameter replaces the path's of the same name and place
      if (parameter) found.set(`${parameter.in} ${parameter.name}`, parameter);
    }
  }
  return [...found.values()];
}

function parameterOf(
  document: OpenApiDocument,
  value: JsonValue,
  { at, conversion }: { at: string; conversion: SchemaConversion },
): Parameter | null {
  const object = document.resolve(value, at);
  const name = textOf(object?.['name']);
  const place = textOf(object?.['in']);
  if (!object || name === '' || !['path', 'query', 'header', 'cookie'].includes(place)) {
    document.note('PARAMETER_UNREADABLE', 'The parameter has no usable name and place.', at);
    return null;
  }
  if (place === 'header' && PROTOCOL_HEADERS.has(name.toLowerCase())) return null;
  if (place === 'cookie') {
    document.note(
      'COOKIE_PARAMETER',
      `The cookie "${name}" is not carried over: a model must not handle sessions.`,
      at,
    );
    return null;
  }
  const source = object['schema'] ?? jsonContent(object['content'])?.schema;
  const schema = conversion.convert(source, `${at}/schema`);
  return {
    name,
    in: place,
    required: place === 'path' || object['required'] === true,
    schema: described(schema, object['description']),
  };
}

function bodyOf(
  document: OpenApiDocument,
  place: OperationPlace,
  conversion: SchemaConversion,
): { schema: JsonValue; required: boolean } | null {
  const at = `${place.pointer}/requestBody`;
  const body = document.resolve(place.operation['requestBody'], at);
  if (!body) return null;
  const content = jsonContent(body['content']);
  if (!content) {
    document.note('UNSUPPORTED_BODY', 'The body has no JSON form; it is described as text.', at);
    return {
      schema: described({ type: 'string' }, body['description'] ?? 'The body of the request.'),
      required: body['required'] === true,
    };
  }
  const schema = conversion.convert(content.schema, `${at}/content/${pointerPart(content.type)}/schema`);
  return { schema: described(schema, body['description']), required: body['required'] === true };
}

/** Clients want an object: anything else is wrapped as `result`. */
function outputSchema(document: OpenApiDocument, place: OperationPlace): JsonObject {
  const responses = isJsonObject(place.operation['responses']) ? place.operation['responses'] : {};
  const status = Object.keys(responses)
    .filter((code) => /^2(\d\d|XX)$/.test(code))
    .sort()[0];
  if (status === undefined) return {};
  const at = `${place.pointer}/responses/${status}`;
  const content = jsonContent(document.resolve(responses[status], at)?.['content']);
  if (!content?.schema) return {};
  const conversion = new SchemaConversion(document, 'output');
  const schema = conversion.inline(
    conversion.convert(content.schema, `${at}/content/${pointerPart(content.type)}/schema`),
  );
  const isObject = isJsonObject(schema) && schema['type'] === 'object';
  const root = isObject ? schema : { type: 'object', properties: { result: schema }, required: ['result'] };
  return { outputSchema: { ...root, ...conversion.defs() } };
}

function jsonContent(content: JsonValue | undefined): { type: string; schema: JsonValue | undefined } | null {
  if (!isJsonObject(content)) return null;
  const type = Object.keys(content).find((one) => /^application\/(json|[a-z0-9.+-]+\+json)(;|$)/i.test(one));
  const media = type === undefined ? undefined : content[type];
  return type !== undefined && isJsonObject(media) ? { type, schema: media['schema'] } : null;
}

function described(schema: JsonValue, description: JsonValue | undefined): JsonValue {
  const text = textOf(description).slice(0, MAX_DESCRIPTION);
  if (text === '' || !isJsonObject(schema) || typeof schema['description'] === 'string') return schema;
  return { ...schema, description: text };
}

const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value.trim() : '');
