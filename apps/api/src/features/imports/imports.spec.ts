import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CheckService } from '@rollcall/checks';
import { type OrganizationSeed, seed, type TeamSeed } from '@rollcall/testing';
import { type RunningApi, startApi } from '../../../test/running-api.js';

const IMPORT = `mutation ($input: ServerImportOpenApiInput!) { serverImportOpenApi(input: $input) {
  created tools { name method path destructive } issues { code } errors { code }
  version { id state contractDigest } } }`;

const description = (operations: Record<string, object>) => ({
  openapi: '3.1.0',
  info: { title: 'Ledger service', version: '1.0.0', description: 'Keeps the books.\nAnd more.' },
  paths: Object.fromEntries(Object.entries(operations).map(([path, item]) => [path, item])),
});

describe('a REST description', () => {
  let api: RunningApi;
  let acme: OrganizationSeed;
  let payments: TeamSeed;
  let token: string;

  beforeAll(async () => {
    api = await startApi();
    acme = await seed(api).organization('acme');
    payments = await acme.team('payments');
    token = await (await payments.maintainer('olivia')).token();
  });
  afterAll(() => api?.close());

  const importing = async (input: object, by = token) =>
    (await api.query(by, IMPORT, { input })).data?.['serverImportOpenApi'] as never as {
      created: boolean;
      tools: object[];
      issues: object[];
      errors: { code: string }[];
      version: { id: string; state: string; contractDigest: string } | null;
    };

  it('becomes a draft whose contract is known and checked: it can be handed in for review at once', async () => {
    const document = description({
      '/entries': {
        get: { operationId: 'listEntries', summary: 'List', responses: {} },
        post: { operationId: 'addEntry', summary: 'Add', responses: {} },
      },
    });
    const input = { document, name: `${payments.namespace}/ledger`, contact: 'https://wiki.example/ledger' };
    const first = await importing(input);
    expect(first).toMatchObject({
      created: true,
      errors: [],
      version: { state: 'draft', contractDigest: expect.stringMatching(/^sha256:/) },
      tools: [
        { name: 'listEntries', method: 'get', path: '/entries', destructive: false },
        { name: 'addEntry', method: 'post', path: '/entries', destructive: true },
      ],
    });
    const versionId = first.version?.id ?? '';
    const check = await api.prisma.check.findFirstOrThrow({ where: { versionId } });
    await api.get(CheckService).run(check.id);
    const step =
      'mutation ($id: ID!) { versionTransition(input: { version: { byId: $id }, to: in_review }) { version { state } errors { code message } } }';
    const { data } = await api.query(token, step, { id: versionId });
    expect(data).toMatchObject({ versionTransition: { version: { state: 'in_review' }, errors: [] } });

    expect(await importing(input)).toMatchObject({ created: false, errors: [], version: { id: versionId } });
    expect(await api.prisma.check.count({ where: { versionId } })).toBe(1);
  });

  it('that breaks the one before needs a version number that says so', async () => {
    const name = `${payments.namespace}/mailer`;
    const before = description({
      '/a': { get: { operationId: 'a', responses: {} } },
      '/b': { get: { operationId: 'b', responses: {} } },
    });
    const after = description({ '/a': { get: { operationId: 'a', responses: {} } } });
    expect((await importing({ document: before, name })).errors).toEqual([]);
    expect((await importing({ document: after, name, version: '1.1.0' })).errors).toEqual([
      { code: 'SEMVER_MAJOR_REQUIRED' },
    ]);
    expect((await importing({ document: after, name, version: '2.0.0' })).errors).toEqual([]);
  });

  it.each([
    ['no description', { openapi: '2' }, 'OPENAPI_INVALID'],
    ['no usable version', { ...description({ '/a': { get: { responses: {} } } }), info: {} }, 'MANIFEST_INVALID'],
  ])('with %s is refused and leaves nothing', async (_, document, code) => {
    const before = await api.prisma.serverVersion.count();
    expect((await importing({ document, name: `${payments.namespace}/xx` })).errors).toEqual([{ code }]);
    expect(await api.prisma.serverVersion.count()).toBe(before);
  });

  it('is imported only by who may publish under the name', async () => {
    const oscar = await (await (await acme.team('marketing')).maintainer('oscar')).token();
    const document = description({ '/a': { get: { responses: {} } } });
    expect((await importing({ document, name: `${payments.namespace}/yy` }, oscar)).errors).toEqual([
      { code: 'NAMESPACE_NOT_OWNED' },
    ]);
  });
});
