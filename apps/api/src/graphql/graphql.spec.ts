import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ACTIONS } from '@rollcall/access';
import { asOwner, type OrganizationSeed, type PersonSeed, seed, type TeamSeed } from '@rollcall/testing';
import { buildSchema } from 'graphql';
import pg from 'pg';
import { type RunningApi, startApi } from '../../test/running-api.js';
import { MUTATION_ACTIONS } from './mutation.catalogue.js';

const SRC = fileURLToPath(new URL('../', import.meta.url));
const sdl = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.graphql'))
  .map((file) => readFileSync(path.join(SRC, file), 'utf8'))
  .join('\n');

describe('the schema', () => {
  it('has an action behind every mutation, and every listed action exists', () => {
    const mutations = Object.keys(buildSchema(sdl).getMutationType()?.getFields() ?? {}).filter((name) => name !== '_');
    expect(mutations.sort()).toEqual(Object.keys(MUTATION_ACTIONS).sort());
    for (const actions of Object.values(MUTATION_ACTIONS)) {
      expect(actions.length).toBeGreaterThan(0);
      for (const action of actions) expect(ACTIONS).toHaveProperty([action]);
    }
  });
});

describe('GraphQL over HTTP', () => {
  let api: RunningApi;
  let acme: OrganizationSeed;
  let payments: TeamSeed;
  let olivia: PersonSeed;
  let token: string;
  let count = 0;

  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api?.close());

  beforeEach(async () => {
    acme = await seed(api).organization(`acme${++count}`);
    payments = await acme.team('payments');
    olivia = await payments.maintainer('olivia');
    token = await olivia.token();
  });

  const nameOf = (server: string) => `${payments.namespace}/${server}`;
  const denied = (action?: string) =>
    api.prisma.auditEvent.findMany({
      where: { organizationId: acme.id, outcome: 'denied', ...(action ? { action } : {}) },
    });

  it('knows who asks', async () => {
    const { data } = await api.query(token, '{ viewer { principal { handle } memberships { role team { slug } } } }');
    expect(data).toEqual({
      viewer: { principal: { handle: 'olivia' }, memberships: [{ role: 'maintainer', team: { slug: 'payments' } }] },
    });
  });

  it.each([null, 'rcl_wrong', `rcl_${'a'.repeat(43)}`])(
    'answers 401 to the token %j, for queries and mutations',
    async (wrong) => {
      const claim = 'mutation { namespaceClaim(input: { name: "com.x", team: "payments" }) { errors { code } } }';
      for (const query of ['{ viewer { roles } }', '{ servers { edges { cursor } } }', claim]) {
        const answer = await api.query(wrong, query);
        expect(answer).toMatchObject({ status: 401, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
      }
    },
  );

  it('names FORBIDDEN and NOT_FOUND at the top level, with a next step and the request id', async () => {
    for (const query of ['{ bundle(environment: "production") { serial } }', '{ gateways { name } }']) {
      expect((await api.query(token, query)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
    const forbidden = await api.query(token, '{ auditEvents { edges { cursor } } }');
    expect(forbidden).toMatchObject({ status: 200, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    expect(forbidden.errors[0]?.extensions).toMatchObject({
      nextStep: expect.any(String),
      requestId: expect.stringMatching(/^req_/),
    });
    const missing = await api.query(token, '{ server(ref: { byName: "com.nowhere/x" }) { id } }');
    expect(missing.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
  });

  it('masks a fault: a request id and nothing of the inside, which is in the log', async () => {
    await asOwner(api.databaseUrl, 'ALTER TABLE namespaces RENAME TO namespaces_away');
    try {
      const answer = await api.query(token, '{ namespaces { name } }');
      expect(answer).toMatchObject({ status: 500, data: null });
      expect(answer.errors).toEqual([
        expect.objectContaining({
          message: 'Something went wrong on our side.',
          extensions: expect.objectContaining({ code: 'INTERNAL', requestId: expect.stringMatching(/^req_/) }),
        }),
      ]);
      expect(answer.body).not.toMatch(/prisma|namespaces_away|relation|\.ts|stack/i);
      expect(api.log()).toContain(answer.errors[0]?.extensions.requestId);
    } finally {
      await asOwner(api.databaseUrl, 'ALTER TABLE namespaces_away RENAME TO namespaces');
    }
  });

  it('puts a refusal into the payload, and every denied attempt on the audit log', async () => {
    const publish = `mutation ($manifest: JSON!) { serverPublish(input: { manifest: $manifest }) {
      version { id } created errors { code nextStep path } } }`;
    const refused = await api.query(token, publish, { manifest: { name: 'nothing' } });
    expect(refused.data).toMatchObject({
      serverPublish: { version: null, created: false, errors: [{ code: 'MANIFEST_INVALID', path: ['manifest'] }] },
    });
    const claim = 'mutation { namespaceClaim(input: { name: "com.x", team: "payments" }) { errors { code } } }';
    expect((await api.query(token, claim)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(await denied('version.publish')).toMatchObject([
      { actorHandle: 'olivia', data: { code: 'MANIFEST_INVALID' } },
    ]);
    expect(await denied('namespace.claim')).toMatchObject([
      { subject: 'namespace:com.x', data: { code: 'FORBIDDEN' } },
    ]);
  });

  it.each(['\u0007\n', `${'x'.repeat(299)}𝄞`])('survives %j where a name should be', async (name) => {
    const publish = `mutation ($manifest: JSON!) { serverPublish(input: { manifest: $manifest }) { errors { code } } }`;
    const answer = await api.query(token, publish, { manifest: { name } });
    expect(answer.data).toMatchObject({ serverPublish: { errors: [{ code: 'MANIFEST_INVALID' }] } });
    expect(await denied()).toHaveLength(1);
  });

  it('publishes, reads back, and takes a step', async () => {
    const version = await olivia.publishes(nameOf('ledger'), '1.0.0');
    await version.seen();
    const step = `mutation ($id: ID!) { versionTransition(input: { version: { byId: $id }, to: in_review }) {
      version { state } transition { actorHandle guards { guard status } } errors { code } } }`;
    const { data } = await api.query(token, step, { id: version.id });
    expect(data).toMatchObject({
      versionTransition: { version: { state: 'in_review' }, transition: { actorHandle: 'olivia' }, errors: [] },
    });
    const again = await api.query(token, step, { id: version.id });
    expect(again.data).toMatchObject({ versionTransition: { errors: [{ code: 'NO_SUCH_TRANSITION' }] } });
  });

  it('shows nothing of another organization', async () => {
    const version = await olivia.publishes(nameOf('ledger'), '1.0.0');
    const other = await (await seed(api).organization(`other${count}`)).admin('mallory');
    const theirs = await other.token();
    const { data } = await api.query(
      theirs,
      '{ servers { edges { node { name } } } namespaces { name } agents { slug } }',
    );
    expect(data).toEqual({ servers: { edges: [] }, namespaces: [], agents: [] });
    const query = 'query ($id: ID!) { version(ref: { byId: $id }) { id } }';
    const answer = await api.query(theirs, query, { id: version.id });
    expect(answer.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    const quarantine = `mutation ($id: ID!) { versionQuarantine(input: { version: { byId: $id }, reason: "x" }) { errors { code } } }`;
    const attempt = await api.query(theirs, quarantine, { id: version.id });
    expect(attempt.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
  });

  it('pages with cursors, and gives at most a hundred whatever is asked for', async () => {
    for (const name of ['aa', 'bb', 'cc']) await olivia.publishes(nameOf(name), '1.0.0');
    const page =
      'query ($first: Int, $after: String) { servers(first: $first, after: $after) { edges { node { alias } } pageInfo { hasNextPage endCursor } } }';
    const one = await api.query(token, page, { first: 2 });
    expect(one.data).toMatchObject({ servers: { edges: [{}, {}], pageInfo: { hasNextPage: true } } });
    const { endCursor } = (one.data as unknown as { servers: { pageInfo: { endCursor: string } } }).servers.pageInfo;
    const two = await api.query(token, page, { first: 2, after: endCursor });
    expect(two.data).toMatchObject({
      servers: { edges: [{ node: { alias: 'cc' } }], pageInfo: { hasNextPage: false } },
    });
    for (const first of [0, -5, 1_000_000, null]) expect((await api.query(token, page, { first })).errors).toEqual([]);
    const bad = await api.query(token, page, { after: 'nonsense' });
    expect(bad.errors).toMatchObject([{ extensions: { code: 'INVALID_CURSOR' } }]);
    const aud = await (await acme.auditor('aud')).token();
    const rows = Array.from({ length: 130 }, (_, n) => n);
    for (const n of rows)
      await api.query(
        token,
        `mutation { namespaceClaim(input: { name: "com.x${n}", team: "t" }) { errors { code } } }`,
      );
    const events = await api.query(aud, '{ auditEvents(first: 5000) { edges { cursor } pageInfo { hasNextPage } } }');
    const connection = (events.data as unknown as { auditEvents: { edges: object[] } }).auditEvents;
    expect(connection.edges).toHaveLength(100);
    const nulls = await api.query(
      aud,
      '{ auditEvents(first: 1, after: null, where: { subject: null, action: null }) { edges { cursor } } }',
    );
    expect(nulls.errors).toEqual([]);
  });

  it('refuses queries that are too deep, broken, or not in the schema, as the caller’s mistake', async () => {
    let deep = 'id';
    for (let n = 0; n < 12; n++) deep = `server { versions { ${deep} } }`;
    const answers = [
      await api.query(token, `{ version(ref: { byId: "x" }) { ${deep} } }`),
      await api.query(token, '{ viewer {'),
      await api.query(token, `{ ${Array.from({ length: 2000 }, (_, n) => `a${n}: environments { id }`).join(' ')} }`),
      await api.query(token, '{ nothing }'),
      await api.query(token, '{ server(ref: { byId: "a", byName: "b" }) { id } }'),
      await api.query(
        token,
        'query ($d: DateTime!) { canI(input: { version: { byId: "x" }, to: active, sunsetAt: $d }) { answer } }',
        { d: 'soon' },
      ),
    ];
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 400, errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
    }
    const messages = answers.map((one) => one.errors[0]?.message);
    expect(messages.slice(0, 4)).toEqual([
      expect.stringMatching(/depth/i),
      expect.stringContaining('Syntax Error'),
      expect.stringContaining('token'),
      expect.stringContaining('Cannot query field "nothing"'),
    ]);
  });

  it('refuses what asks for too many objects at once, before any of it runs', async () => {
    const lists = 'transitions { guards { guard } } checks { steps { name } } endpoints { environment { name } }';
    const page = `edges { node { versions { ${lists} } } }`;
    const refused = await api.query(token, `{ servers(first: 100) { ${page} } }`);
    expect([refused.status, refused.data]).toEqual([400, null]);
    expect(refused.errors[0]?.message).toContain('Ask for smaller pages');
    expect((await api.query(token, `{ servers(first: 1) { ${page} } }`)).status).toBe(200);
  });

  it('asks the database as often for twenty servers as for two', async () => {
    const page = `{ servers(first: 50) { edges { node { name team { slug } latestVersion { version }
      versions { version state publisher { handle } inspections { outcome } checks { conclusion }
      transitions { toState } endpoints { environment { name } } contract { digest } } health { outcome } } } } }`;
    const statements = async () => {
      await api.query(token, page);
      const texts: string[] = [];
      const original = pg.Client.prototype.query;
      pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
        const text = String((args[0] as { text?: string })?.text ?? args[0]);
        if (/"public"|\binspections\b|\bchecks\b/.test(text)) texts.push(text);
        return (original as (...all: unknown[]) => unknown).apply(this, args);
      } as typeof original;
      const { errors, data } = await api.query(token, page);
      pg.Client.prototype.query = original;
      expect(errors).toEqual([]);
      return { count: texts.length, servers: (data as unknown as { servers: { edges: [] } }).servers.edges.length };
    };
    for (let n = 0; n < 2; n++) await (await olivia.publishes(nameOf(`s-${n}`), '1.0.0')).seen();
    const few = await statements();
    for (let n = 2; n < 20; n++) await (await olivia.publishes(nameOf(`s-${n}`), '1.0.0')).seen();
    const many = await statements();
    expect([few.servers, many.servers]).toEqual([2, 20]);
    expect(few.count).toBeGreaterThan(5);
    expect(many.count).toBe(few.count);
  });
});
