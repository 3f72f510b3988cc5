import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asSystem, inOrganization, migrateDeploy, PrismaService } from '@rollcall/persistence';
import { asOwner, type ControlPlane, type OrganizationSeed, openControlPlane, seed } from '@rollcall/testing';

/**
 * Tables that hold nothing of any organization: the ledger of migrations, and how often an address tried to sign in. The role
 * of the application may not touch them. Everything else has an organization and stands behind the wall.
 */
const WITHOUT_ORGANIZATION = ['_prisma_migrations', 'rate_limits'];

/** Functions that run past the policies. Each was read: it compares the organization it was asked for with the session's. */
const DEFINER_FUNCTIONS = [
  'catalogue_matches',
  'drop_probe_partitions',
  'found_servers',
  'found_tools',
  'make_probe_partitions',
  'prune_audit_events',
];

let plane: ControlPlane;
let acme: OrganizationSeed;
let rival: OrganizationSeed;
/** As the api has it: nothing is visible until an organization was entered. */
let closed: PrismaService;

beforeAll(async () => {
  plane = await openControlPlane();
  acme = await seed(plane).organization('acme');
  rival = await seed(plane).organization('rival');
  closed = new PrismaService({ url: plane.url, scope: 'request' });
  await fillEveryTable();
});
afterAll(async () => {
  await closed?.$disconnect();
  await plane?.close();
});

const tables = async () =>
  (await asOwner(
    plane.url,
    `SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS walled,
       c.relname = 'organizations' OR EXISTS (SELECT FROM pg_attribute a
         WHERE a.attrelid = c.oid AND a.attname = 'organization_id' AND a.attnotnull) AS owned,
       c.relispartition AS part, coalesce((SELECT array_agg(p.polname::text || ' ' || p.polcmd::text || ' ' || p.polpermissive::text) FROM pg_policy p WHERE p.polrelid = c.oid), '{}') AS policies
     FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1`,
  )) as { name: string; walled: boolean; owned: boolean; part: boolean; policies: string[] }[];

const key = (table: string) => (table === 'organizations' ? 'id' : 'organization_id');
const count = async (table: string, where = 'true') => {
  const rows = await closed.$queryRawUnsafe<{ n: number }[]>(
    `SELECT count(*)::int AS n FROM "${table}" WHERE ${where}`,
  );
  return rows[0]?.n;
};

/** A row of both organizations in every table, whatever its columns: constraints and triggers are put aside for it. */
async function fillEveryTable(): Promise<void> {
  const columns = (await asOwner(
    plane.url,
    `SELECT table_name AS "table", column_name AS name, data_type AS type, udt_name AS udt FROM information_schema.columns
     WHERE table_schema = 'public' AND is_nullable = 'NO' AND is_generated = 'NEVER' AND is_identity = 'NO'`,
  )) as Column[];
  const checks = await asOwner(
    plane.url,
    `SELECT conrelid::regclass::text AS "table", conname AS name FROM pg_constraint c
     WHERE contype = 'c' AND coninhcount = 0 AND connamespace = 'public'::regnamespace`,
  );
  // rows of a partition come through its table
  const owned = (await tables()).filter((table) => table.owned && !table.part && table.name !== 'organizations');
  const inserts = owned.flatMap(({ name }) =>
    [acme, rival].map(({ id }) => {
      const ours = columns.filter((column) => column.table === name);
      const values = ours.map((column) => (column.name === 'organization_id' ? `'${id}'` : sample(column, id)));
      return `INSERT INTO "${name}" (${ours.map((column) => `"${column.name}"`).join(', ')}) VALUES (${values.join(', ')})`;
    }),
  );
  const dropped = checks.map(({ table, name }) => `ALTER TABLE ${table} DROP CONSTRAINT "${name}"`);
  await asOwner(plane.url, ['SET session_replication_role = replica', ...dropped, ...inserts].join(';\n'));
}

type Column = { table: string; name: string; type: string; udt: string };

/** Any value of the column's type; a different one for each organization where it may be a key. */
function sample({ table, type, udt }: Column, organizationId: string): string {
  if (type === 'ARRAY' || type === 'jsonb') return "'{}'";
  if (type === 'boolean') return 'false';
  if (type === 'bytea') return "'\\x00'";
  if (type === 'tsvector') return "''";
  if (/timestamp|date/.test(type)) return 'now()';
  if (/int|numeric|double|real/.test(type)) return organizationId === acme.id ? '1000001' : '1000002';
  if (udt === 'text' || udt === 'varchar') return `'${table}-${organizationId}'`;
  throw new Error(`what is a ${type} (${udt})?`);
}

describe('the second wall', () => {
  it('stands before every table: one with neither wall nor a place on the reviewed list fails here', async () => {
    for (const table of await tables()) {
      if (WITHOUT_ORGANIZATION.includes(table.name)) {
        await expect(asSystem(() => count(table.name))).rejects.toThrow('permission denied');
        continue;
      }
      expect(table).toMatchObject({ owned: true, walled: true, policies: ['organization_wall * true'] });
    }
  });

  it('has no way around: views run as their reader, and only reviewed functions run as their owner', async () => {
    const views = await asOwner(
      plane.url,
      `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND (relkind = 'm'
         OR relkind = 'v' AND NOT coalesce(reloptions @> ARRAY['security_invoker=true'], false))`,
    );
    expect(views).toEqual([]);
    const functions = await asOwner(
      plane.url,
      `SELECT proname AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef ORDER BY 1`,
    );
    expect(functions.map(({ name }) => name)).toEqual(DEFINER_FUNCTIONS);
  });

  it('is looked at by the functions that run past it', async () => {
    const { id } = rival;
    const asked = () => closed.$queryRaw<object[]>`
      SELECT id FROM found_servers(${id}, NULL, NULL, '%', NULL, 10)
      UNION ALL SELECT name FROM found_tools(${id}, NULL, NULL, '%', NULL, NULL, 10)
      UNION ALL SELECT * FROM catalogue_matches('server_versions', ${id}, '%', 10)
      UNION ALL SELECT * FROM catalogue_matches('mirrored_versions', ${id}, '%', 10)`;
    expect((await inOrganization(id, asked)).length).toBeGreaterThan(1);
    expect(await inOrganization(acme.id, asked)).toEqual([]);
    expect(await asked()).toEqual([]);
    const prune = () => closed.$queryRaw`SELECT "through" FROM prune_audit_events(${id}, 90)`;
    await expect(inOrganization(acme.id, prune)).rejects.toThrow('not the organization of this session');
    await expect(prune()).rejects.toThrow('not the organization of this session');
  });

  it('lets no organization make or drop partitions, and nobody drop what is still shown', async () => {
    const make = () => closed.$queryRaw`SELECT make_probe_partitions('2031-01-01', '2031-01-01') AS made`;
    const drop = (before: string) => closed.$queryRaw`SELECT drop_probe_partitions(${before}::date) AS dropped`;
    for (const asked of [make, () => drop('2001-01-01')]) {
      await expect(inOrganization(acme.id, asked)).rejects.toThrow('partitions belong to no organization');
      await expect(asked()).rejects.toThrow('partitions belong to no organization');
    }
    const now = new Date().toISOString().slice(0, 10);
    await expect(asSystem(() => drop(now))).rejects.toThrow('results of the last two days stay');
    expect(await asSystem(make)).toEqual([{ made: 1 }]);
    const made = (await tables()).find(({ name }) => name === 'probe_results_20310101');
    expect(made).toMatchObject({ part: true, walled: true, policies: ['organization_wall * true'] });
  });

  it('holds for the session: it runs under a role that cannot skip it', async () => {
    const [session] = await closed.$queryRaw<object[]>`
      SELECT r.rolsuper, r.rolbypassrls, r.rolcanlogin, current_user::text AS name FROM pg_roles r WHERE rolname = current_user`;
    expect(session).toEqual({ rolsuper: false, rolbypassrls: false, rolcanlogin: false, name: 'rollcall_app' });
  });

  it('hides every row of another organization from a query that forgot its filter, in every table', async () => {
    for (const { name } of (await tables()).filter((table) => table.owned && !table.part)) {
      const others = `"${key(name)}" <> '${acme.id}'`;
      expect([name, await asSystem(() => count(name, others))]).not.toEqual([name, 0]);
      expect([name, await inOrganization(acme.id, () => count(name, others))]).toEqual([name, 0]);
      expect([name, await inOrganization(acme.id, () => count(name))]).not.toEqual([name, 0]);
    }
  });

  it('shows nothing at all when no organization was entered', async () => {
    for (const { name } of (await tables()).filter((table) => table.owned)) {
      expect([name, await count(name)]).toEqual([name, 0]);
    }
  });

  it('hides it from the models too', async () => {
    const where = { where: { slug: 'rival' } };
    expect(await inOrganization(acme.id, () => closed.organization.findMany(where))).toEqual([]);
    expect(await inOrganization(acme.id, () => closed.organization.findUnique(where))).toBeNull();
    expect(await inOrganization(rival.id, () => closed.organization.findUnique(where))).toMatchObject({
      slug: 'rival',
    });
  });

  it('refuses to write for another organization, and to give rows away', async () => {
    const team = { id: 'team_1', organizationId: rival.id, slug: 'spies', name: 'Spies' };
    const walled = 'violates row-level security policy';
    await expect(inOrganization(acme.id, () => closed.team.create({ data: team }))).rejects.toThrow(walled);
    await expect(closed.team.create({ data: team })).rejects.toThrow(walled);
    const give = () => closed.environment.updateMany({ data: { organizationId: rival.id } });
    await expect(inOrganization(acme.id, give)).rejects.toThrow(walled);
    const rename = () => closed.environment.updateMany({ where: { organizationId: rival.id }, data: { name: 'x' } });
    expect(await inOrganization(acme.id, rename)).toEqual({ count: 0 });
    const remove = () => closed.environment.deleteMany({ where: { organizationId: rival.id } });
    expect(await inOrganization(acme.id, remove)).toEqual({ count: 0 });
  });

  it('cannot be taken down by the application', async () => {
    const sql = [
      'ALTER TABLE teams DISABLE ROW LEVEL SECURITY',
      'DROP POLICY organization_wall ON teams',
      'TRUNCATE teams CASCADE',
      "SELECT rollcall_protect('teams')",
    ];
    for (const statement of sql) {
      await expect(asSystem(() => closed.$executeRawUnsafe(statement))).rejects.toThrow(
        /must be owner|permission denied/,
      );
    }
  });

  it('is missed by a query as soon as one table loses its policy', async () => {
    const other = await openControlPlane();
    try {
      await seed(other).organization('acme');
      await asOwner(other.url, 'DROP POLICY organization_wall ON environments');
      expect(await other.prisma.environment.count()).toBe(0);
    } finally {
      await other.close();
    }
  });
});

/** Two hundred share ten connections here. */
const PATIENT = { maxWait: 25_000, timeout: 25_000 };

describe('sessions of one pool', () => {
  it('never show one organization to the other when 200 requests of both run through each other', async () => {
    const request = async (n: number) => {
      const { id } = n % 2 === 0 ? acme : rival;
      return inOrganization(id, async () => {
        const seen: (string | undefined)[] = [];
        const note = (rows: readonly { organizationId: string }[]) =>
          seen.push(...rows.map((row) => row.organizationId));
        note(await closed.environment.findMany());
        await closed
          .$transaction(async (tx) => {
            note(await tx.environment.findMany());
            await tx.$queryRaw`SELECT pg_sleep(0.001)::text`;
            note(await tx.environment.findMany());
            if (n % 7 === 0) throw new Error('given up');
          }, PATIENT)
          .catch((error: Error) => expect(error.message).toBe('given up'));
        note(await closed.environment.findMany());
        // one tick, one batch: Prisma would put these together with those of the others
        const own = await closed.organization.findUnique({ where: { id } });
        const foreign = await closed.organization.findUnique({ where: { id: id === acme.id ? rival.id : acme.id } });
        return { own: own?.id === id, foreign, stray: seen.filter((one) => one !== id), length: seen.length };
      });
    };
    const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => request(n)));
    for (const answer of answers) expect(answer).toMatchObject({ own: true, foreign: null, stray: [] });
    expect(answers.every(({ length }) => length >= 3 * 2)).toBe(true);
  }, 30_000);

  it('keep apart what Prisma would batch: look-ups of two organizations in the same tick', async () => {
    const slugs = ['acme', 'rival'];
    const look = (id: string) =>
      inOrganization(id, () => Promise.all(slugs.map((slug) => closed.organization.findUnique({ where: { slug } }))));
    const [ours, theirs, nobody] = await Promise.all([
      look(acme.id),
      look(rival.id),
      Promise.all(slugs.map((slug) => closed.organization.findUnique({ where: { slug } }))),
    ]);
    expect(ours.map((row) => row?.slug)).toEqual(['acme', undefined]);
    expect(theirs.map((row) => row?.slug)).toEqual([undefined, 'rival']);
    expect(nobody).toEqual([null, null]);
  });

  it('keep apart whole lists of statements that begin in the same tick', async () => {
    const list = (id: string) =>
      inOrganization(id, () => closed.$transaction([closed.environment.findMany(), closed.organization.findMany()]));
    const [ours, theirs] = await Promise.all([list(acme.id), list(rival.id)]);
    expect(ours[1]).toMatchObject([{ id: acme.id }]);
    expect(theirs[1]).toMatchObject([{ id: rival.id }]);
  });

  it('forget the system scope with the call it was for', async () => {
    const inside = await inOrganization(acme.id, async () => {
      const all = await asSystem(() => closed.organization.count());
      return { all, own: await closed.organization.count() };
    });
    expect(inside).toEqual({ all: 2, own: 1 });
    expect(await closed.organization.count()).toBe(0);
  });
});

describe('a user who only owns the tables', () => {
  it('stands before the same wall, without the role', async () => {
    const name = `plain_${process.pid}_${Date.now()}`;
    await asOwner(plane.url, `CREATE ROLE ${name} LOGIN PASSWORD 'plain' NOSUPERUSER NOCREATEROLE`);
    await asOwner(plane.url, `CREATE DATABASE ${name} OWNER ${name}`);
    const url = new URL(plane.url);
    Object.assign(url, { username: name, password: 'plain', pathname: `/${name}` });
    await migrateDeploy(url.href, fileURLToPath(new URL('../../prisma/migrations', import.meta.url)));
    const service = new PrismaService({ url: url.href, scope: 'request' });
    try {
      await service.onModuleInit();
      const [session] = await service.$queryRaw<object[]>`SELECT current_user::text AS name`;
      expect(session).toEqual({ name });
      const rows = ['org_1', 'org_2'].map((id) => ({ id, slug: id.slice(4), name: id, policy: {} }));
      await asSystem(() => service.organization.createMany({ data: rows }));
      expect(await service.organization.count()).toBe(0);
      expect(await inOrganization('org_1', () => service.organization.findMany())).toMatchObject([{ id: 'org_1' }]);
      const rename = () => service.organization.updateMany({ where: { id: 'org_2' }, data: { name: 'x' } });
      expect(await inOrganization('org_1', rename)).toEqual({ count: 0 });
    } finally {
      await service.$disconnect();
      await asOwner(plane.url, `DROP DATABASE ${name} WITH (FORCE)`);
      await asOwner(plane.url, `DROP ROLE ${name}`);
    }
  }, 30_000);
});

describe('starting without the wall', () => {
  it('is refused in a database that was never migrated', async () => {
    const bare = new URL(plane.url);
    bare.pathname = '/postgres';
    const service = new PrismaService({ url: bare.href, scope: 'request' });
    await expect(service.onModuleInit()).rejects.toMatchObject({ code: 'DATABASE_NOT_MIGRATED' });
    await service.$disconnect();
  });

  it('is refused to a superuser when the policies of the tables were switched off', async () => {
    const other = await openControlPlane();
    await asOwner(other.url, 'ALTER TABLE organizations DISABLE ROW LEVEL SECURITY');
    const service = new PrismaService({ url: other.url, scope: 'request' });
    await expect(service.onModuleInit()).rejects.toMatchObject({ code: 'ROW_LEVEL_SECURITY_OFF' });
    await service.$disconnect();
    await other.close();
  });
});
