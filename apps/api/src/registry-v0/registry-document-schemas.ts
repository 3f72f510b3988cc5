const text = (more: object = {}) => ({ type: 'string', ...more });
const moment = text({ format: 'date-time' });
const list = (name: string) => ({ type: 'array', items: { $ref: `#/components/schemas/${name}` } });
const orNull = (type: string) => ({ type: [type, 'null'] });
const object = (properties: object, required: string[] = []) => ({ type: 'object', properties, required });

const METADATA = object({ nextCursor: text({ description: 'Absent on the last page.' }), count: { type: 'integer' } }, [
  'count',
]);
const STATUS = text({ enum: ['active', 'deprecated', 'deleted'] });

/** The bodies of the registry API. */
export const SCHEMAS = {
  ServerDetail: {
    ...object(
      {
        $schema: text({
          format: 'uri',
          description: 'Names the release of the schema; all released dates are accepted.',
        }),
        name: text({ minLength: 3, maxLength: 200, pattern: '^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$' }),
        description: text({ minLength: 1, maxLength: 100 }),
        title: text({ minLength: 1, maxLength: 100 }),
        version: text({ maxLength: 255, description: 'One exact version; ranges and `latest` are refused.' }),
        websiteUrl: text({ format: 'uri' }),
        repository: object({ url: text({ format: 'uri' }), source: text(), id: text(), subfolder: text() }, [
          'url',
          'source',
        ]),
        icons: { type: 'array', items: { type: 'object' } },
        remotes: { type: 'array', items: object({ type: text(), url: text() }, ['type', 'url']) },
        packages: {
          type: 'array',
          items: object({ registryType: text(), identifier: text(), transport: { type: 'object' } }),
        },
        _meta: { type: 'object', description: 'Only the publisher-provided key is kept; at most 4096 bytes of it.' },
      },
      ['$schema', 'name', 'description', 'version'],
    ),
    description: 'A server.json document. Members that are not named here are kept.',
  },
  ServerResponse: object(
    {
      server: { $ref: '#/components/schemas/ServerDetail' },
      _meta: object({
        'io.modelcontextprotocol.registry/official': object(
          {
            status: STATUS,
            statusChangedAt: moment,
            statusMessage: text({ maxLength: 500 }),
            publishedAt: moment,
            updatedAt: moment,
            isLatest: { type: 'boolean' },
          },
          ['status', 'statusChangedAt', 'publishedAt', 'updatedAt', 'isLatest'],
        ),
        'dev.rollcall/registry': {
          ...object({
            ownerTeam: orNull('string'),
            alias: orNull('string'),
            state: orNull('string'),
            track: orNull('string'),
            sunsetAt: orNull('string'),
            successor: orNull('object'),
            health: orNull('string'),
            contractDigest: orNull('string'),
            verdict: orNull('string'),
          }),
          description: 'Only for callers with a token.',
        },
      }),
    },
    ['server', '_meta'],
  ),
  ServerList: object({ servers: list('ServerResponse'), metadata: METADATA }, ['servers', 'metadata']),
  StatusUpdate: object({ status: STATUS, statusMessage: text({ maxLength: 500, description: 'Not with `active`.' }) }, [
    'status',
  ]),
  AllVersionsStatus: object({ updatedCount: { type: 'integer' }, servers: list('ServerResponse') }, [
    'updatedCount',
    'servers',
  ]),
  ValidationReport: object(
    {
      valid: { type: 'boolean' },
      issues: {
        type: 'array',
        items: object(
          {
            type: text({ enum: ['json', 'schema', 'semantic'] }),
            path: text({ example: 'packages[0].transport.url' }),
            message: text(),
            severity: text({ enum: ['error', 'warning'] }),
            reference: text({ description: 'The rule that spoke.' }),
          },
          ['type', 'path', 'message', 'severity', 'reference'],
        ),
      },
    },
    ['valid', 'issues'],
  ),
  Problem: object(
    {
      title: text(),
      status: { type: 'integer' },
      detail: text(),
      error: text({ description: 'The same text as `detail`.' }),
      errors: {
        type: 'array',
        items: object({ message: text(), location: text(), value: text() }, ['message', 'location']),
      },
      code: text({ description: 'Stable; programs match on it.' }),
      nextStep: text(),
      requestId: text(),
    },
    ['title', 'status', 'detail', 'error', 'code', 'nextStep'],
  ),
  LifecycleList: object({ servers: { type: 'array', items: { type: 'object' } }, metadata: METADATA }, [
    'servers',
    'metadata',
  ]),
  Lifecycle: object(
    { server: { type: 'object' }, versions: { type: 'array', items: { type: 'object' } }, metadata: METADATA },
    ['server', 'versions', 'metadata'],
  ),
};
