import { describe, expect, it } from '@jest/globals';
import { readContract } from '@rollcall/contract';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import { lintTools } from '@rollcall/lint';
import { isDestructive } from '@rollcall/policy';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { importOpenApi, type OpenApiDraft } from './index.js';

function imported(description: JsonValue): OpenApiDraft {
  const result = importOpenApi(description);
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}

const described = (paths: JsonObject, rest: JsonObject = {}): JsonObject => ({
  openapi: '3.0.3',
  info: { title: 'Ledger', version: '1.4.0' },
  paths,
  ...rest,
});

const toolNamed = (draft: OpenApiDraft, name: string) => {
  const tool = draft.tools.find((one) => one.name === name);
  if (!tool) throw new Error(`no tool ${name} in ${draft.tools.map((one) => one.name).join(', ')}`);
  return tool.definition as {
    inputSchema: JsonObject;
    outputSchema?: JsonObject;
    annotations: JsonObject;
    description: string;
  };
};

const accepts = (schema: JsonObject, value: unknown): boolean =>
  new Ajv2020({ strict: false, validateFormats: false }).compile(schema)(value) === true;

const LEDGER = described(
  {
    '/accounts/{id}': {
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' }, description: 'The account.' }],
      get: {
        operationId: 'getAccount',
        summary: 'Read an account',
        parameters: [
          { name: 'expand', in: 'query', schema: { type: 'boolean' } },
          { name: 'Authorization', in: 'header', schema: { type: 'string' } },
          { name: 'session', in: 'cookie', schema: { type: 'string' } },
        ],
        responses: {
          200: {
            description: 'It.',
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Account' } } },
          },
        },
      },
      delete: { responses: { 204: { description: 'Gone.' } } },
      put: {
        operationId: 'replace account!',
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Account' } } },
        },
        responses: {
          200: {
            description: 'All.',
            content: { 'application/json': { schema: { type: 'array', items: { type: 'number' } } } },
          },
        },
      },
    },
    '/accounts': { post: { operationId: 'getAccount', responses: {} } },
  },
  {
    components: {
      schemas: {
        Account: {
          type: 'object',
          required: ['id', 'balance', 'secret'],
          properties: {
            id: { type: 'string', readOnly: true },
            balance: { type: 'number', minimum: 0, exclusiveMinimum: true },
            secret: { type: 'string', writeOnly: true },
            note: { type: 'string', nullable: true, enum: ['a', 'b'] },
            parent: { $ref: '#/components/schemas/Account' },
          },
        },
      },
    },
  },
);

describe('an operation', () => {
  it('becomes a tool named after its id, and after method and path without one; a name is used once', () => {
    expect(imported(LEDGER).tools.map(({ name, method, path }) => [name, method, path])).toEqual([
      ['getAccount', 'get', '/accounts/{id}'],
      ['replace_account', 'put', '/accounts/{id}'],
      ['delete_accounts_id', 'delete', '/accounts/{id}'],
      ['getAccount_2', 'post', '/accounts'],
    ]);
  });

  it('is flagged by its method: only safe methods are read-only, and POST is destructive until somebody says otherwise', () => {
    const draft = imported(LEDGER);
    expect(draft.tools.map(({ method, destructive }) => [method, destructive])).toEqual([
      ['get', false],
      ['put', true],
      ['delete', true],
      ['post', true],
    ]);
    for (const { destructive, definition } of draft.tools) expect(isDestructive(definition)).toBe(destructive);
    expect(toolNamed(draft, 'delete_accounts_id').annotations).toMatchObject({ idempotentHint: true });
    expect(toolNamed(draft, 'getAccount_2').annotations).toMatchObject({ idempotentHint: false });
  });

  it('takes its arguments from path, query and body, and never asks for credentials or cookies', () => {
    const draft = imported(LEDGER);
    const { inputSchema } = toolNamed(draft, 'getAccount');
    expect(inputSchema).toEqual({
      type: 'object',
      properties: { id: { type: 'string', description: 'The account.' }, expand: { type: 'boolean' } },
      required: ['id'],
      additionalProperties: false,
    });
    expect(draft.issues.map((issue) => issue.code)).toEqual(['COOKIE_PARAMETER']);
  });

  it('asks for nothing that is read-only, answers nothing that is write-only, and keeps recursion', () => {
    const draft = imported(LEDGER);
    const input = toolNamed(draft, 'replace_account').inputSchema;
    const put = (body: unknown) => accepts(input, { id: 'x', body });
    expect(put({ balance: 1, secret: 's', note: null, parent: { balance: 2, secret: 't' } })).toBe(true);
    expect(put({ balance: 1, secret: 's', parent: { balance: 2 } })).toBe(false);
    expect(put({ balance: 0, secret: 's' })).toBe(false);
    expect(put({ balance: 1, secret: 's', note: 'c' })).toBe(false);
    const output = toolNamed(draft, 'getAccount').outputSchema ?? {};
    expect(accepts(output, { id: 'x', balance: 1, parent: { id: 'y', balance: 2 } })).toBe(true);
    expect(accepts(output, { balance: 1 })).toBe(false);
  });

  it('wraps a result that is no object, and has no output schema when nothing is answered', () => {
    const draft = imported(LEDGER);
    expect(toolNamed(draft, 'replace_account').outputSchema).toEqual({
      type: 'object',
      properties: { result: { type: 'array', items: { type: 'number' } } },
      required: ['result'],
    });
    expect(toolNamed(draft, 'delete_accounts_id').outputSchema).toBeUndefined();
  });

  it('keeps two arguments of one name apart', () => {
    const parameters = [
      { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
      { name: 'id', in: 'query', schema: { type: 'integer' } },
      { name: 'body', in: 'query', schema: { type: 'string' } },
    ];
    const draft = imported(described({ '/x/{id}': { get: { parameters, responses: {} } } }));
    expect(Object.keys(toolNamed(draft, 'get_x_id').inputSchema['properties'] as JsonObject)).toEqual([
      'id',
      'query_id',
      'query_body',
    ]);
  });

  it('never fetches: what points outside is noted and left open', () => {
    const schema = { $ref: 'https://elsewhere.example/schema.json' };
    const draft = imported(
      described({ '/x': { get: { parameters: [{ name: 'q', in: 'query', schema }], responses: {} } } }),
    );
    expect(draft.issues).toMatchObject([{ code: 'REMOTE_REF', path: '/paths/~1x/get/parameters/0/schema' }]);
    expect(toolNamed(draft, 'get_x').inputSchema['properties']).toEqual({ q: {} });
  });

  it('keeps schemas of 3.1 as they are, words beside a reference included', () => {
    const schema = { $ref: '#/components/schemas/Id', description: 'Which.' };
    const draft = imported({
      openapi: '3.1.0',
      info: {},
      paths: { '/x': { get: { parameters: [{ name: 'q', in: 'query', schema }], responses: {} } } },
      components: { schemas: { Id: { type: ['string', 'null'], exclusiveMinimum: 3 } } },
    });
    expect(toolNamed(draft, 'get_x').inputSchema).toMatchObject({
      properties: { q: { $ref: '#/$defs/Id', description: 'Which.' } },
      $defs: { Id: { type: ['string', 'null'], exclusiveMinimum: 3 } },
    });
  });
});

describe('a description', () => {
  it.each<[string, JsonValue]>([
    ['no object', 'openapi'],
    ['Swagger 2', { swagger: '2.0', paths: {} }],
    ['no version', { paths: {} }],
    ['a version to come', { openapi: '4.0.0', paths: {} }],
    ['no paths', { openapi: '3.0.0' }],
    ['no operation', { openapi: '3.0.0', paths: { '/x': {} } }],
  ])('that is or has %s is refused with what to do', (_, description) => {
    const result = importOpenApi(description);
    expect(result).toMatchObject({ ok: false, error: { code: 'OPENAPI_INVALID', nextStep: expect.any(String) } });
  });

  it('gives tools that strict intake accepts and lint finds no error in', () => {
    const read = readContract(JSON.stringify({ tools: imported(LEDGER).tools.map((tool) => tool.definition) }));
    if (!read.ok) throw new Error(read.error.message);
    expect(read.value.issues).toEqual([]);
    expect(read.value.contract.members).toHaveLength(4);
    expect(lintTools(read.value.contract, []).filter((finding) => finding.severity === 'error')).toEqual([]);
  });

  it('of any shape is refused or imported, never a fault, and what is imported has unique names and valid schemas', () => {
    const word = fc.constantFrom(
      'type',
      '$ref',
      'properties',
      'nullable',
      'allOf',
      'items',
      'required',
      'enum',
      'pattern',
      'schema',
      'name',
      'in',
      'content',
      'application/json',
      '200',
      'get',
      '/a',
      '#/components/schemas/A',
      'object',
      'query',
      'x-y',
      'parameters',
      'requestBody',
      'responses',
    );
    const tree: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        word,
        fc.constantFrom<JsonValue>(null, true, 3, '['),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(word, tie('value'), { maxKeys: 4 }) as fc.Arbitrary<JsonValue>,
      ),
    })).value;
    fc.assert(
      fc.property(tree, tree, (operation, schema) => {
        const result = importOpenApi(
          described(
            { '/a': { get: { responses: {} }, post: isJsonObject(operation) ? operation : {} } },
            { components: { schemas: { A: schema } } },
          ),
        );
        if (!result.ok) return;
        const names = result.value.tools.map((tool) => tool.name);
        expect(new Set(names).size).toBe(names.length);
        expect(names.every((name) => /^[A-Za-z0-9_-]{1,64}$/.test(name))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
