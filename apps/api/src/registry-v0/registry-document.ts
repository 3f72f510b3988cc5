import { stringify } from 'yaml';
import { SCHEMAS } from './registry-document-schemas.js';

type Operation = Record<string, unknown>;

const json = (name: string) => ({
  'application/json': { schema: { $ref: `#/components/schemas/${name}` } },
});
const answer = (description: string, schema: string) => ({ description, content: json(schema) });
const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});
const parameter = (place: 'path' | 'query', name: string, description: string, schema: object) => ({
  name,
  in: place,
  required: place === 'path',
  description,
  schema,
});

const NAME = parameter('path', 'serverName', 'Name with its slash percent-encoded; a plain slash is understood too.', {
  type: 'string',
  example: 'com.example%2Fweather',
});
const VERSION = parameter('path', 'version', 'An exact version, percent-encoded.', { type: 'string' });
const CURSOR = parameter('query', 'cursor', '`nextCursor` of the page before, unchanged. It carries the filters.', {
  type: 'string',
});
const LIMIT = parameter('query', 'limit', 'Items of a page.', {
  type: 'integer',
  minimum: 1,
  maximum: 100,
  default: 30,
});
const DELETED = parameter(
  'query',
  'include_deleted',
  'Show deleted and withdrawn versions as well, with status `deleted`.',
  {
    type: 'boolean',
    default: false,
  },
);

const TOKEN = [{ bearer: [] }];
const READ_PROBLEMS = { '400': problem('A value that means nothing here'), '401': problem('No valid token') };
const WRITE_PROBLEMS = {
  ...READ_PROBLEMS,
  '403': problem('The token is good, but not for this'),
  '422': problem('The form is wrong; `errors` names each place'),
};

const LIST: Operation = {
  operationId: 'listServers',
  summary: 'Published versions, by name and version in byte order',
  security: TOKEN,
  parameters: [
    CURSOR,
    LIMIT,
    parameter('query', 'search', 'Part of the name or description, in any case; every character is literal.', {
      type: 'string',
      maxLength: 400,
    }),
    parameter('query', 'updated_since', 'Only what changed after this moment; deleted versions are included.', {
      type: 'string',
      format: 'date-time',
    }),
    parameter('query', 'version', '`latest`, or one exact version.', { type: 'string', maxLength: 255 }),
    DELETED,
  ],
  responses: {
    '200': answer('A page', 'ServerList'),
    ...READ_PROBLEMS,
    '422': problem('A parameter out of its range'),
  },
};

const ONE_SERVER = { ...READ_PROBLEMS, '404': problem('No such server or version that the caller sees') };

const SERVERS = {
  '/v0.1/servers': { get: LIST },
  '/v0.1/servers/{serverName}/versions': {
    get: {
      operationId: 'listVersions',
      summary: 'Every published version of a server, newest first',
      security: TOKEN,
      parameters: [NAME, DELETED],
      responses: { '200': answer('All versions', 'ServerList'), ...ONE_SERVER },
    },
  },
  '/v0.1/servers/{serverName}/versions/{version}': {
    get: {
      operationId: 'getVersion',
      summary: 'One version; `latest` names the highest that is not deleted',
      security: TOKEN,
      parameters: [NAME, VERSION, DELETED],
      responses: { '200': answer('The version', 'ServerResponse'), ...ONE_SERVER },
    },
    put: {
      operationId: 'replaceVersion',
      summary: 'Refused: a published version never changes',
      security: TOKEN,
      parameters: [NAME, VERSION],
      responses: { '401': problem('No valid token'), '501': problem('Not supported') },
    },
    delete: {
      operationId: 'removeVersion',
      summary: 'Refused: set the status to `deleted` instead',
      security: TOKEN,
      parameters: [NAME, VERSION],
      responses: { '401': problem('No valid token'), '501': problem('Not supported') },
    },
  },
};

const status = (operationId: string, summary: string, parameters: object[], schema: string): Operation => ({
  operationId,
  summary,
  security: TOKEN,
  parameters,
  requestBody: { required: true, content: json('StatusUpdate') },
  responses: {
    '200': answer('What holds now', schema),
    ...WRITE_PROBLEMS,
    '404': problem('No such server or version'),
  },
});

const WRITES = {
  '/v0.1/publish': {
    post: {
      operationId: 'publish',
      summary: 'Publish a new immutable version; publishing the same document again changes nothing',
      security: TOKEN,
      requestBody: { required: true, content: json('ServerDetail') },
      responses: { '200': answer('The version, or the draft it became', 'ServerResponse'), ...WRITE_PROBLEMS },
    },
  },
  '/v0.1/validate': {
    post: {
      operationId: 'validate',
      summary: 'Judge a document without publishing it',
      requestBody: { required: true, content: json('ServerDetail') },
      responses: { '200': answer('Everything that is wrong with it', 'ValidationReport') },
    },
  },
  '/v0.1/servers/{serverName}/versions/{version}/status': {
    patch: status('setStatus', 'Set the status of one version', [NAME, VERSION], 'ServerResponse'),
  },
  '/v0.1/servers/{serverName}/status': {
    patch: status('setAllStatuses', 'Set the status of all versions, or of none', [NAME], 'AllVersionsStatus'),
  },
};

const OPERATIONS = Object.fromEntries(
  (
    [
      ['health', 'Is it alive'],
      ['ping', 'Is anybody there'],
      ['version', 'Which release is this'],
    ] as const
  ).map(([name, summary]) => [
    `/v0.1/${name}`,
    {
      get: {
        operationId: name,
        summary,
        responses: { '200': { description: 'Yes', content: { 'application/json': { schema: { type: 'object' } } } } },
      },
    },
  ]),
);

const EXTENSIONS = {
  '/v0.1/x/dev.rollcall/servers': {
    get: {
      operationId: 'listLifecycles',
      summary: 'Every server the caller sees, drafts included',
      security: TOKEN,
      parameters: [CURSOR, LIMIT],
      responses: { '200': answer('A page', 'LifecycleList'), ...READ_PROBLEMS },
    },
  },
  '/v0.1/x/dev.rollcall/servers/{serverName}': {
    get: {
      operationId: 'getLifecycle',
      summary: 'Owner of a server, and state, end, successor, health and verdict of each version, newest first',
      security: TOKEN,
      parameters: [NAME, CURSOR, LIMIT],
      responses: { '200': answer('The server', 'Lifecycle'), ...ONE_SERVER },
    },
  },
};

const DOCUMENT = {
  openapi: '3.1.0',
  info: {
    title: 'Rollcall registry API',
    version: '0.1',
    description:
      'The MCP Registry API v0.1 as this control plane implements it. All paths exist below `/v0` too, and below the base ' +
      'URL `/o/{organization}`. Reads need a token, except below `/catalogue/{key}`, which an administrator opens.',
  },
  paths: { ...SERVERS, ...WRITES, ...OPERATIONS, ...EXTENSIONS },
  components: {
    schemas: SCHEMAS,
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer', description: 'An API token, or for writes a registry token.' },
    },
  },
};

let text: string | undefined;

/** The OpenAPI document of the registry API, as YAML. */
export function registryDocument(): string {
  text ??= stringify(DOCUMENT, { aliasDuplicateObjects: false });
  return text;
}

/** Every method and path the document names, for the spec that compares it with the routes. */
export function documentedRoutes(): string[] {
  return Object.entries(DOCUMENT.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
}
