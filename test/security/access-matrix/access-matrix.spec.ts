import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AgentService } from '@rollcall/agents';
import { asOwner } from '@rollcall/testing';
import type { Answer } from './attempt.js';
import { operationsOf, servedSchema } from './graphql-documents.js';
import { LIVE_ROWS } from './live-rows.js';
import { type Attempt, allRows, type MatrixRun, runMatrix } from './matrix-run.js';
import { type MatrixWorld, openMatrixWorld } from './matrix-world.js';
import { tableOf } from './outcome-table.js';
import type { Ask } from './row.js';
import { routesOf } from './served-routes.js';
import { agent } from './targets.js';

const TABLE = new URL('./outcomes.txt', import.meta.url);

let world: MatrixWorld;
let run: MatrixRun;

beforeAll(async () => {
  world = await openMatrixWorld();
  run = await runMatrix(world);
}, 300_000);
afterAll(() => world?.close());

const bare = (name: string) => name.replace(/ \(.*\)$/, '');
const rowNames = () => new Set([...allRows().map(({ name }) => bare(name)), ...Object.keys(LIVE_ROWS).map(bare)]);

describe('the access matrix', () => {
  it('has a row for everything that can be asked, and none for what is gone', () => {
    const served = [...operationsOf(servedSchema()), ...new Set(routesOf(world.api))];
    const rows = rowNames();
    const missing = served.filter((one) => !rows.has(one));
    const gone = [...rows].filter((one) => !served.includes(one));
    const say = (names: string[], rest: string) => names.map((name) => `${name} ${rest}`);
    expect([
      ...say(missing, 'has no row in test/security/access-matrix: say there who may do it, then review outcomes.txt.'),
      ...say(gone, 'is not served any more: take its row away.'),
    ]).toEqual([]);
  });

  it('is what was reviewed; ACCESS_MATRIX=write writes it anew', () => {
    const table = tableOf(
      world.callers.map(({ name }) => name),
      run.outcomes,
    );
    if (process.env['ACCESS_MATRIX'] === 'write') writeFileSync(TABLE, table);
    expect(table).toBe(readFileSync(TABLE, 'utf8'));
  });

  it('never ends in a fault', () => {
    expect(run.faults).toEqual([]);
  });

  it('lets no outsider tell what is there from what never was', () => {
    expect(run.oracles).toEqual([]);
  });

  it('lets another organization and strangers read no id and no name of this one', async () => {
    const ids = await idsOf(world);
    const readers = ['nobody', 'expired', 'cookie', 'globex'];
    const leaks = run.attempts
      .filter(({ caller, row }) => readers.includes(caller.name) && !isOpenCatalogue(row))
      .flatMap((attempt) => leaksOf(attempt, ids));
    const told = run.heard.filter(({ caller, body }) => readers.includes(caller.name) && /acme/i.test(body));
    expect([...leaks, ...told.map(({ body }) => body)]).toEqual([]);
  });

  it('lets another team, a gateway and an account without a role read no name of what is theirs alone', () => {
    const readers = ['no-role', 'gateway', 'mkt-dev', 'mkt-maint'];
    const told = run.attempts.filter(
      ({ row, caller, ask, answer }) =>
        readers.includes(caller.name) &&
        !row.includes('serverTransfer') &&
        !/^(GET \/(bundles|catalogue|metrics)|\w+ \/o\/)/.test(row) &&
        /com\.acme\.payments|payments-|payments"/.test(unasked(ask, answer)),
    );
    expect(told.map(({ row, caller, answer }) => `${row} as ${caller.name}: ${answer.body.slice(0, 500)}`)).toEqual([]);
  });

  it('has every refused attempt of somebody known on the audit log', async () => {
    const events = await world.api.prisma.auditEvent.findMany({ where: { outcome: 'denied' } });
    const recorded = countBy(
      events,
      ({ actorId, data }) => `${actorId} ${(data as { mutation?: string }).mutation ?? ''}`,
    );
    const refused = run.attempts.filter(
      ({ row, caller, outcome }) => row.startsWith('Mutation.') && caller.principalId && !outcome.startsWith('ok'),
    );
    const attempted = countBy(refused, ({ row, caller }) => `${caller.principalId} ${bare(row).split('.')[1]}`);
    expect(Object.fromEntries([...recorded].filter(([key]) => !key.endsWith(' ')))).toEqual(
      Object.fromEntries(attempted),
    );
    const subjects = new Set(events.map(({ actorId, subject }) => `${actorId} ${decodeURIComponent(subject)}`));
    const unrecorded = run.attempts
      .filter(isDeniedRequest)
      .map(subjectOf)
      .filter((one) => !subjects.has(one));
    expect(unrecorded).toEqual([]);
  });

  it('knows no agent: its token is for gateways', async () => {
    const { agent: slug } = (await agent(world)) as { agent: string };
    const token = await world.api.get(AgentService).issueToken(world.maintainer.context(), { agent: slug });
    const answer = await world.api.query(token, '{ checks(first: 1) { edges { cursor } } }');
    expect(answer).toMatchObject({ data: null, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  it('was tried with a cookie that is good: with its word it is the administrator', async () => {
    const headers = { cookie: world.sessionCookie, 'sec-fetch-site': 'same-origin' };
    const { word } = (await (await world.api.fetch('/auth/session', null, { headers })).json()) as { word: string };
    const answer = await world.api.fetch('/graphql', null, {
      method: 'POST',
      headers: { cookie: world.sessionCookie, 'x-rollcall-word': word, 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ viewer { principal { handle } } }' }),
    });
    expect(await answer.json()).toMatchObject({ data: { viewer: { principal: { handle: 'acme-admin' } } } });
  });
});

/** Whoever knows the key reads what is published: that is what it is for. */
const isOpenCatalogue = (row: string) => row.startsWith('GET /catalogue/') && !row.endsWith('(wrong key)');

/** Requests that were denied to somebody known. An exchange looks at what is in its body, not at who sends it. */
const isDeniedRequest = ({ row, caller, ask, answer }: Attempt): boolean =>
  !/^(Query|Mutation)\./.test(row) &&
  !/^POST .*\/auth\//.test(row) &&
  caller.principalId !== null &&
  (answer.status === 403 || (ask.method !== 'GET' && [404, 409].includes(answer.status)));

const subjectOf = ({ caller, ask }: Attempt): string =>
  `${caller.principalId} ${ask.method} ${decodeURIComponent(ask.path.split('?')[0] ?? '')}`;

/** Every id of a row of acme. */
async function idsOf({ api, acme }: MatrixWorld): Promise<ReadonlySet<string>> {
  const tables = (await asOwner(
    api.databaseUrl,
    `SELECT a.table_name AS name FROM information_schema.columns a JOIN information_schema.columns b USING (table_schema, table_name)
     JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE a.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND a.column_name = 'id' AND b.column_name = 'organization_id'`,
  )) as { name: string }[];
  const union = tables
    .map(({ name }) => `SELECT id FROM "${name}" WHERE organization_id = '${acme.id}'`)
    .join(' UNION ');
  const rows = (await asOwner(api.databaseUrl, union)) as { id: string }[];
  return new Set([acme.id, ...rows.map(({ id }) => id)]);
}

/** What an answer tells of acme that its question did not say. */
function leaksOf({ row, caller, ask, answer }: Attempt, ids: ReadonlySet<string>): string[] {
  const asked = stringsIn([ask.body, ask.path.split(/[/?]/)]).sort((a, b) => b.length - a.length);
  const told = asked.reduce((text, one) => text.replaceAll(one, ''), answer.body + answer.location);
  const found = (told.match(/[a-z]+_[0-9A-Z]{26}/g) ?? []).filter((id) => ids.has(id));
  const names = told.match(/.{0,60}acme.{0,60}/gi) ?? [];
  return [...found, ...names].map((what) => `${row} as ${caller.name} tells: ${what}`);
}

/** The answer without the words of the question. */
function unasked(ask: Ask, answer: Answer): string {
  const asked = stringsIn([ask.body, ask.path.split(/[/?]/)]).sort((a, b) => b.length - a.length);
  return asked.reduce((text, one) => text.replaceAll(one, ''), answer.body + answer.location);
}

function stringsIn(value: unknown): string[] {
  // of a server's name its namespace was said too, and of an address what it decodes to
  if (typeof value === 'string') return [value, decoded(value), decoded(value).split('/')[0] ?? ''].filter(isTelling);
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(stringsIn) : [];
}

const isTelling = (text: string) => text.length > 3 && text !== 'rollcall:';

function decoded(text: string): string {
  try {
    return decodeURIComponent(text).replace('rollcall://servers/', '');
  } catch {
    return text;
  }
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return new Map([...counts].sort());
}
