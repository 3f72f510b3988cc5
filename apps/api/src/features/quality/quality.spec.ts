import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seed } from '@rollcall/testing';
import { type RunningApi, startApi } from '../../../test/running-api.js';

let api: RunningApi;
let admin: string;
let reviewer: string;
let owner: string;
let server: string;

beforeAll(async () => {
  api = await startApi();
  const acme = await seed(api).organization('acme');
  const payments = await acme.team('payments');
  const olivia = await payments.maintainer('olivia');
  owner = await olivia.token();
  reviewer = await (await acme.reviewer('riley')).token();
  admin = await (await acme.admin('ada')).token();
  server = `${payments.namespace}/ledger`;
  await olivia.publishes(server, '1.0.0');
});
afterAll(() => api?.close());

describe('lint over GraphQL', () => {
  it('has rule sets that are set once per revision and read back, and refuses what quietens a safety rule', async () => {
    const SET = `mutation($input: LintRuleSetInput!) { ruleSetSet(input: $input) {
      ruleSet { namespace revision document reason authorHandle } errors { code } } }`;
    const set = (token: string, document: object) =>
      api.query(token, SET, { input: { namespace: 'com.acme', document, reason: 'Why.', expectedRevision: 0 } });
    const document = { rules: { TOOL_NAME_STYLE: 'off' } };
    expect((await set(owner, document)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect((await set(admin, { rules: { INJECTION_PATTERN: 'off' } })).data).toMatchObject({
      ruleSetSet: { ruleSet: null, errors: [{ code: 'RULE_SET_INVALID' }] },
    });
    const ruleSet = { namespace: 'com.acme', revision: 1, document, reason: 'Why.', authorHandle: 'ada' };
    expect((await set(admin, document)).data).toMatchObject({ ruleSetSet: { ruleSet, errors: [] } });
    expect((await set(admin, document)).data).toMatchObject({ ruleSetSet: { errors: [{ code: 'CONFLICT' }] } });
    const READ = `{ lintRuleSet(namespace: "com.acme") { revision } lintRules { id safety docs }
      lintRuleSets { edges { node { namespace revision } } pageInfo { hasNextPage } }
      lintRuleSetRevisions(namespace: "com.acme") { edges { node { revision } } }
      lintRulesFor(server: "com.acme.payments/ledger") }`;
    expect((await api.query(owner, READ)).data).toMatchObject({
      lintRuleSet: { revision: 1 },
      lintRules: expect.arrayContaining([expect.objectContaining({ id: 'INJECTION_PATTERN', safety: true })]),
      lintRuleSets: { edges: [{ node: { namespace: 'com.acme', revision: 1 } }], pageInfo: { hasNextPage: false } },
      lintRuleSetRevisions: { edges: [{ node: { revision: 1 } }] },
      lintRulesFor: document,
    });
    expect((await api.query(null, '{ lintRules { id } }')).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  });

  it('has exceptions that are granted, listed and ended', async () => {
    const GRANT = `mutation($input: LintExceptionGrantInput!) { lintExceptionGrant(input: $input) {
      exception { id serverName tool rule expiresAt revokedAt } errors { code } } }`;
    const expiresAt = new Date(api.clock.now().getTime() + 1_000_000).toISOString();
    const input = { server: { byName: server }, tool: 'greet', rule: 'SECRET_PARAMETER', reason: 'Known.', expiresAt };
    const { data } = await api.query(reviewer, GRANT, { input });
    const exception = { serverName: server, tool: 'greet', rule: 'SECRET_PARAMETER', expiresAt, revokedAt: null };
    expect(data).toMatchObject({ lintExceptionGrant: { exception, errors: [] } });
    const LIST = '{ lintExceptions(active: true) { edges { node { id reason } } } }';
    type Listed = { lintExceptions: { edges: { node: { id: string } }[] } };
    const listed = (await api.query(owner, LIST)).data as unknown as Listed;
    const id = listed.lintExceptions.edges[0]?.node.id;
    const END =
      'mutation($id: ID!) { lintExceptionRevoke(input: { id: $id }) { exception { revokedByHandle } errors { code } } }';
    expect((await api.query(reviewer, END, { id })).data).toMatchObject({
      lintExceptionRevoke: { exception: { revokedByHandle: 'riley' }, errors: [] },
    });
    expect((await api.query(owner, LIST)).data).toEqual({ lintExceptions: { edges: [] } });
  });
});
