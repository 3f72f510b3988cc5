import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AgentService } from '@rollcall/agents';
import { type ServerVersionSeed, seed } from '@rollcall/testing';
import { type RunningApi, startApi } from '../../../test/running-api.js';

let api: RunningApi;
let ci: string;
let oscar: string;
let version: ServerVersionSeed;

beforeAll(async () => {
  api = await startApi();
  const acme = await seed(api).organization('acme');
  const payments = await acme.team('payments');
  const olivia = await payments.maintainer('olivia');
  ci = await (await payments.developer('ci')).token();
  oscar = await (await (await acme.team('marketing')).maintainer('oscar')).token();
  version = await olivia.publishes(`${payments.namespace}/ledger`, '1.0.0');
  await version.reaches('active', { owner: olivia, reviewer: await acme.reviewer('riley') });
  await api.get(AgentService).create(olivia.context(), { slug: 'bot', name: 'Bot', team: 'payments' });
});
afterAll(() => api?.close());

const PUBLISH = `mutation($input: ExpectationPublishInput!) { expectationPublish(input: $input) {
  expectations { revision digest document agent { slug } publishedBy { handle } } isNew warnings errors { code path details } } }`;
const publish = (token: string, document: object) => api.query(token, PUBLISH, { input: { agent: 'bot', document } });
const declared = () => ({
  agent: 'bot',
  servers: [{ server: version.name, tools: { greet: { arguments: ['/name'] }, wave: {} } }],
});

describe('expectations over GraphQL', () => {
  it('are published, shown with their agent, and named to whoever looks at the server', async () => {
    const { data } = await publish(ci, declared());
    expect(data).toMatchObject({
      expectationPublish: {
        expectations: { revision: 1, document: declared(), agent: { slug: 'bot' }, publishedBy: { handle: 'ci' } },
        isNew: true,
        warnings: [`No version of ${version.name} offers a tool "wave".`],
        errors: [],
      },
    });
    const agents = await api.query(ci, '{ agents { slug expectations { revision } } }');
    expect(agents.data).toEqual({ agents: [{ slug: 'bot', expectations: { revision: 1 } }] });
    const consumers =
      'query($server: ServerRef!) { serverConsumers(server: $server) { total consumers { agent source calls tools { tool } } } }';
    expect((await api.query(ci, consumers, { server: { byName: version.name } })).data).toEqual({
      serverConsumers: {
        total: 1,
        consumers: [{ agent: 'bot', source: 'declared', calls: 0, tools: [{ tool: 'greet' }, { tool: 'wave' }] }],
      },
    });
    const none = await api.query(ci, '{ expectationSuggestion(agent: "bot") }');
    expect(none.data).toEqual({ expectationSuggestion: { agent: 'bot', servers: [] } });
  });

  it('are refused as an answer of the mutation, and to strangers as if there were no agent', async () => {
    const { data } = await publish(ci, { agent: 'bot', servers: 7 });
    expect(data).toMatchObject({
      expectationPublish: { errors: [{ code: 'EXPECTATIONS_INVALID', details: { problems: [{ path: '/servers' }] } }] },
    });
    expect((await publish(oscar, declared())).errors?.map((one) => one.extensions.code)).toEqual(['NOT_FOUND']);
    const suggestion = await api.query(oscar, '{ expectationSuggestion(agent: "bot") }');
    expect(suggestion.errors?.map((one) => one.extensions.code)).toEqual(['NOT_FOUND']);
  });

  it('leave room for the documents of the command line', async () => {
    const text = readFileSync(
      new URL('../../../../../libs/schema/documents/cli-expectations.graphql', import.meta.url),
      'utf8',
    );
    const tools = text.slice(text.indexOf('query CliServerTools'));
    const { data } = await api.query(ci, tools, { ref: { byName: version.name } });
    expect(data).toMatchObject({
      server: { versions: [{ state: 'active', contract: { tools: [{ name: 'greet' }] } }] },
    });
  });
});
