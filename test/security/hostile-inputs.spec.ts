import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AgentService } from '@rollcall/agents';
import { seed } from '@rollcall/testing';
import { type RunningApi, startApi } from '../../apps/api/test/running-api.js';

/** Documents and texts as somebody sends them who wants a fault, a full database or a long answer. */
let api: RunningApi;
let admin: string;
let name: string;

beforeAll(async () => {
  api = await startApi();
  const acme = await seed(api).organization('acme');
  const payments = await acme.team('payments');
  const dev = await payments.maintainer('dev');
  admin = await (await acme.admin('admin')).token();
  name = `${payments.namespace}/ledger`;
  await (await dev.publishes(name, '1.0.0')).seen();
  await api.get(AgentService).create(dev.context(), { slug: 'bot', name: 'Bot', team: 'payments' });
});
afterAll(() => api?.close());

/** As text: what is sent here cannot be made into text by JSON.stringify. */
async function send(path: string, body: string) {
  const headers = { 'content-type': 'application/json' };
  const response = await api.fetch(path, admin, { method: 'POST', headers, body });
  return { status: response.status, body: await response.text() };
}

function mutate(field: string, input: string) {
  const types: Record<string, string> = { ruleSetSet: 'LintRuleSetInput' };
  const type = types[field] ?? `${field[0]?.toUpperCase()}${field.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { ${field}(input: $input) { errors { code message } } }`;
  return send('/graphql', `{"query":${JSON.stringify(query)},"variables":{"input":${input}}}`);
}

const LEVELS = 100_000;
const DEEP = `${'['.repeat(LEVELS)}${']'.repeat(LEVELS)}`;
const LONG = 'x'.repeat(500_000);
const LATER = '"2026-12-20T12:00:00Z"';
const server = () => JSON.stringify({ byName: name });
const version = () => JSON.stringify({ byName: { server: name, version: '1.0.0' } });
const candidate = (parts: string) => `{"candidate":{"server":"${name}",${parts}}}`;

type Made = [string, string, (bad: string) => string];
const DOCUMENTS: Made[] = [
  ['a rule set', 'ruleSetSet', (bad) => `{"document":${bad},"reason":"r","expectedRevision":0}`],
  ['a policy', 'policySet', (bad) => `{"document":{"x":${bad}},"reason":"r","expectedRevision":0}`],
  ['expectations', 'expectationPublish', (bad) => `{"agent":"bot","document":${bad}}`],
  [
    'golden calls',
    'goldenCallsSet',
    (bad) => `{"server":${server()},"document":{"calls":[{"name":"a","tool":"greet","arguments":{"x":${bad}}}]}}`,
  ],
  ['a contract', 'checkRequest', (bad) => candidate(`"contract":${bad}`)],
  ['a tool', 'checkRequest', (bad) => candidate(`"contract":{"tools":[{"name":"t","inputSchema":{"x":${bad}}}]}`)],
  ['the manifest of a candidate', 'checkRequest', (bad) => candidate(`"contract":{"tools":[]},"manifest":${bad}`)],
  ['a manifest', 'serverPublish', (bad) => `{"manifest":{"name":"${name}","version":"1.0.5","_meta":{"x":${bad}}}}`],
];
const TEXTS: Made[] = [
  ['a reason', 'ruleSetSet', (bad) => `{"document":{},"reason":${bad},"expectedRevision":0}`],
  ['a namespace', 'ruleSetSet', (bad) => `{"namespace":${bad},"document":{},"reason":"r","expectedRevision":0}`],
  ['a rule', 'lintExceptionGrant', (bad) => `{"server":${server()},"rule":${bad},"reason":"r","expiresAt":${LATER}}`],
  [
    'a tool',
    'lintExceptionGrant',
    (bad) => `{"server":${server()},"tool":${bad},"rule":"TOOL_NAME_STYLE","reason":"r","expiresAt":${LATER}}`,
  ],
  [
    'a tool of golden calls',
    'goldenPermissionGrant',
    (bad) => `{"version":${version()},"tool":${bad},"reason":"r","expiresAt":${LATER}}`,
  ],
  ['a check', 'changeApprove', (bad) => `{"check":${bad},"all":true,"reason":"r"}`],
  ['a server', 'checkRequest', (bad) => `{"candidate":{"server":${bad},"contract":{}}}`],
  ['a context', 'checkRequest', (bad) => `{"version":${version()},"contextId":${bad}}`],
  ['a branch', 'checkRequest', (bad) => `{"version":${version()},"git":{"branch":${bad}}}`],
  ['an environment', 'checkRequest', (bad) => `{"version":${version()},"againstEnvironment":{"environment":${bad}}}`],
  ['an agent', 'expectationPublish', (bad) => `{"agent":${bad},"document":{}}`],
  ['a finding', 'driftDismiss', (bad) => `{"id":${bad},"reason":"r"}`],
  ['an endpoint', 'endpointProbe', (bad) => `{"endpoint":${bad}}`],
];

describe('what strangers send', () => {
  it.each(DOCUMENTS)('%s of a hundred thousand levels is refused, and is no fault', async (_, field, input) => {
    const { status, body } = await mutate(field, input(DEEP));
    expect([status, JSON.parse(body)]).toMatchObject([400, { code: 'BAD_REQUEST' }]);
  });

  it('is refused by the registry API too', async () => {
    const { status, body } = await send('/v0.1/publish', `{"name":"${name}","version":"1.0.5","_meta":${DEEP}}`);
    expect([status, JSON.parse(body)]).toMatchObject([400, { code: 'BAD_REQUEST' }]);
  });

  it.each(TEXTS)('%s of half a megabyte is refused, and not sent back', async (_, field, input) => {
    const { body } = await mutate(field, input(JSON.stringify(LONG)));
    const { data, errors } = JSON.parse(body) as {
      data: Record<string, { errors: object[] }> | null;
      errors?: object[];
    };
    expect(errors ?? data?.[field]?.errors).toHaveLength(1);
    expect(body).not.toMatch(/INTERNAL/);
    expect(body.length).toBeLessThan(1_500);
  });
});
