import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ToolIndexService } from '@rollcall/discovery';
import { GREET_TOOL, type PersonSeed, seed, WIPE_TOOL } from '@rollcall/testing';
import pg from 'pg';
import { type RunningApi, startApi } from '../../../test/running-api.js';

const CATALOGUE = /* GraphQL */ `
  query ($first: Int!, $after: String, $where: ServerWhere) {
    servers(first: $first, after: $after, where: $where) {
      totalCount
      edges {
        cursor
        rank
        matched { field tool }
        node {
          id name alias title description contact createdAt
          team { slug name }
          latestVersion { version state contractDigest publisher { handle } }
          health { outcome at latencyMs }
          toolCount
          risk { destructiveTools openWorldTools unauthenticatedAccessRefused quarantined }
          protocol { era version }
          dailyCalls
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }`;
const SERVER = /* GraphQL */ `
  query ($ref: ServerRef!) {
    server(ref: $ref) {
      id name toolCount dailyCalls risk { destructiveTools } health { outcome } team { slug }
      latestVersion { version }
      versions {
        id version state publisher { handle } contract { digest tools { name } }
        endpoints { environment { name } }
        transitions { fromState toState }
        inspections { id outcome }
        checks { id conclusion baseVersion }
      }
    }
  }`;
const TOOLS = /* GraphQL */ `
  query ($first: Int!, $after: String, $where: ToolWhere) {
    tools(first: $first, after: $after, where: $where) {
      totalCount
      edges { cursor rank node { name destructive readOnly server { name team { slug } } version { version state } } }
      pageInfo { hasNextPage endCursor }
    }
  }`;
/** What a pooled connection says to itself, once or whenever another organization had it before. */
const OF_THE_POOL = /rollcall\.organization_id|pg_roles|SET ROLE|row_security_active/;

type Statement = string | { text?: string };
type Asking = { connectionParameters: { application_name?: string } };

/** How many statements reach PostgreSQL while `run` runs. */
async function statements(run: () => Promise<void>): Promise<number> {
  const client = pg.Client.prototype as unknown as {
    query: (this: Asking, first: Statement, ...rest: unknown[]) => unknown;
  };
  const original = client.query;
  let count = 0;
  client.query = function counted(this: Asking, first, ...rest) {
    const text = typeof first === 'string' ? first : (first.text ?? '');
    // the queue asks all the time, over connections of its own
    const ours = this.connectionParameters.application_name === 'rollcall';
    if (ours && !OF_THE_POOL.test(text)) count++;
    return original.call(this, first, ...rest);
  };
  try {
    await run();
  } finally {
    client.query = original;
  }
  return count;
}

let api: RunningApi;
let pia: PersonSeed;
let otto: PersonSeed;
let token: string;

async function ask<T = Record<string, never>>(query: string, variables: object, as = token): Promise<T> {
  const answer = await api.query(as, query, variables);
  expect(answer.errors).toEqual([]);
  return answer.data as T;
}

beforeAll(async () => {
  api = await startApi();
  const acme = await seed(api).organization('acme');
  pia = await (await acme.team('payments')).maintainer('pia');
  otto = await (await acme.team('support')).maintainer('otto');
  token = await pia.token();
  for (let at = 10; at < 60; at++) {
    const version = await pia.publishes(`com.acme.payments/server-${at}`, '1.0.0');
    if (at % 5 === 0) await version.seen({ tools: [{ ...GREET_TOOL, name: `tool_${at}` }, WIPE_TOOL] });
  }
  for (let minor = 1; minor < 40; minor++) {
    const version = await pia.publishes('com.acme.payments/server-10', `1.${minor}.0`);
    if (minor % 10 === 0) await version.seen({ tools: [GREET_TOOL] });
  }
  await (await pia.publishes('com.acme.payments/server-55', '1.1.0')).seen({ tools: [GREET_TOOL] });
  await otto.publishes('com.acme.support/hidden', '1.0.0');
  await api.get(ToolIndexService).heal();
});
afterAll(() => api?.close());

describe('the catalogue over GraphQL', () => {
  it.each([{}, { search: 'server' }, { hasDestructiveTools: true, state: 'draft' }])(
    'costs as many statements for 50 servers as for 5: %j',
    async (where) => {
      await ask(CATALOGUE, { first: 2, where });
      const few = await statements(() => ask(CATALOGUE, { first: 5, where }).then(() => undefined));
      const many = await statements(() => ask(CATALOGUE, { first: 50, where }).then(() => undefined));
      expect(many).toBe(few);
      expect(many).toBeLessThan(40);
    },
  );

  it('costs as many statements for a server of 40 versions as for one of two', async () => {
    const of = (name: string) => ask(SERVER, { ref: { byName: `com.acme.payments/${name}` } }).then(() => undefined);
    await of('server-55');
    const two = await statements(() => of('server-55'));
    const forty = await statements(() => of('server-10'));
    expect(forty).toBe(two);
  });

  it('costs as many statements for 50 tools as for 5', async () => {
    const few = await statements(() => ask(TOOLS, { first: 5 }).then(() => undefined));
    const many = await statements(() => ask(TOOLS, { first: 50 }).then(() => undefined));
    expect(many).toBe(few);
  });

  it('shows rows with tools, risks and thirty days of calls', async () => {
    type Page = { servers: { totalCount: number; edges: { node: Record<string, unknown> }[] } };
    const { servers } = await ask<Page>(CATALOGUE, { first: 100 });
    expect(servers.totalCount).toBe(50);
    const row = (name: string) => servers.edges.find(({ node }) => node['name'] === `com.acme.payments/${name}`)?.node;
    expect(row('server-15')).toMatchObject({
      toolCount: 2,
      risk: { destructiveTools: 1, openWorldTools: 2, unauthenticatedAccessRefused: true, quarantined: false },
      protocol: null,
      dailyCalls: Array(30).fill(0),
    });
    expect(row('server-11')).toMatchObject({ toolCount: null, latestVersion: null, health: null });
  });

  it('pages a search, with the reason of each hit', async () => {
    type Page = {
      servers: {
        edges: { cursor: string; rank: number; matched: object[]; node: { name: string } }[];
        pageInfo: { hasNextPage: boolean };
      };
    };
    const first = await ask<Page>(CATALOGUE, { first: 1, where: { search: 'tool_15' } });
    expect(first.servers.edges[0]).toMatchObject({
      node: { name: 'com.acme.payments/server-15' },
      // "15" is a word of the name
      matched: [{ field: 'name' }, { field: 'tool', tool: 'tool_15' }],
    });
    const all = await ask<Page>(CATALOGUE, { first: 100, where: { search: 'wipe' } });
    const half = await ask<Page>(CATALOGUE, { first: 4, where: { search: 'wipe' } });
    const after = half.servers.edges.at(-1)?.cursor;
    const rest = await ask<Page>(CATALOGUE, { first: 100, after, where: { search: 'wipe' } });
    expect([...half.servers.edges, ...rest.servers.edges]).toEqual(all.servers.edges);
    expect(half.servers.pageInfo.hasNextPage).toBe(true);
  });

  it('shows tools with their server and version', async () => {
    type Page = { tools: { totalCount: number; edges: { node: object }[] } };
    const { tools } = await ask<Page>(TOOLS, { first: 10, where: { search: 'tool_20' } });
    expect(tools).toMatchObject({
      totalCount: 1,
      edges: [
        { node: { name: 'tool_20', server: { name: 'com.acme.payments/server-20' }, version: { state: 'draft' } } },
      ],
    });
  });

  it('holds nothing of other teams, in rows and in counts', async () => {
    const theirs = await otto.token();
    const search = { first: 10, where: { search: 'server' } };
    expect(await ask(CATALOGUE, { first: 10 }, theirs)).toMatchObject({
      servers: { totalCount: 1, edges: [{ node: { name: 'com.acme.support/hidden' } }] },
    });
    expect(JSON.stringify(await ask(CATALOGUE, search, theirs))).not.toContain('payments');
    expect(await ask(TOOLS, { first: 10 }, theirs)).toMatchObject({ tools: { totalCount: 0, edges: [] } });
  });

  it('refuses a filter it cannot mean, and a cursor it did not give', async () => {
    const days = await api.query(token, CATALOGUE, { first: 1, where: { unusedForDays: 0 } });
    expect(days.errors[0]?.extensions.code).toBe('BAD_REQUEST');
    const cursor = await api.query(token, CATALOGUE, { first: 1, after: 'made-up' });
    expect(cursor.errors[0]?.extensions.code).toBe('INVALID_CURSOR');
  });
});
