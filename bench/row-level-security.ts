/**
 * What the second wall costs a read: a page of the catalogue with its versions through the scoped pool (policies, role, scope per
 * connection) against the same queries by the tables' owner on a plain pool, on one database of 2 organizations. A third side
 * changes the organization with every query, which costs its extra round trip each time. Rounds alternate. Last line: one JSON object.
 */
import { availableParallelism } from 'node:os';
import { PrismaPg } from '@prisma/adapter-pg';
import { inOrganization, PrismaClient, PrismaService } from '@rollcall/persistence';
import { openControlPlane, seed } from '@rollcall/testing';

const SERVERS = 60;
const ROUNDS = 7;
const QUERIES = 150;

type Client = Pick<PrismaClient, 'serverVersion'>;

const page = (client: Client, organizationId: string) =>
  client.serverVersion.findMany({
    where: { organizationId },
    orderBy: [{ publishedAt: 'desc' }, { id: 'desc' }],
    take: 30,
    include: { server: true },
  });

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const plane = await openControlPlane();
const walled = new PrismaService({ url: plane.url, scope: 'request', poolMax: 4 });
const plain = new PrismaClient({ adapter: new PrismaPg({ connectionString: plane.url, max: 4 }) });
try {
  const organizations = await Promise.all(['acme', 'rival'].map((slug) => seed(plane).organization(slug)));
  for (const organization of organizations) {
    const payments = await organization.team('payments');
    const olivia = await payments.maintainer('olivia');
    for (let n = 0; n < SERVERS; n++) await olivia.publishes(`${payments.namespace}/server-${n}`, '1.0.0');
  }
  const [ours = '', theirs = ''] = organizations.map(({ id }) => id);
  const sides: Record<string, (n: number) => Promise<unknown>> = {
    plain: () => page(plain, ours),
    walled: () => inOrganization(ours, () => page(walled, ours)),
    changing: (n) => {
      const id = n % 2 === 0 ? ours : theirs;
      return inOrganization(id, () => page(walled, id));
    },
  };
  const times: Record<string, number[]> = { plain: [], walled: [], changing: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, query] of Object.entries(sides)) {
      const startedAt = performance.now();
      for (let n = 0; n < QUERIES; n++) await query(n);
      if (round > 0) times[name]?.push((performance.now() - startedAt) / QUERIES); // the first round warms up
    }
  }
  const ms = Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]));
  const round = (value: number) => Math.round(value * 1000) / 1000;
  const result = {
    bench: 'row-level-security',
    ratio: round((ms['walled'] ?? 0) / (ms['plain'] ?? 1)),
    ratioWhenEveryQueryChangesOrganization: round((ms['changing'] ?? 0) / (ms['plain'] ?? 1)),
    reference: 'the same page by the owner of the tables on a plain pool',
    unit: 'time per page of 30 versions with their servers',
    milliseconds: Object.fromEntries(Object.entries(ms).map(([name, value]) => [name, round(value)])),
    machine: { cpus: availableParallelism() },
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  await walled.$disconnect();
  await plain.$disconnect();
  await plane.close();
}
