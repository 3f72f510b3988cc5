import 'reflect-metadata';
import { cpus, totalmem } from 'node:os';
import { AccessService, type AccessStore, type Action, type RolesOfPrincipal } from '@rollcall/access';
import { type Clock, type Ids, type RequestContext, systemClock, ulidIds } from '@rollcall/kernel';
import { PrismaService } from '@rollcall/persistence';
import { openControlPlane, seed } from '@rollcall/testing';

/**
 * CPU time of one permission check of a new request: everything that is made per request is inside, the look-up of roles is
 * not, because it is the database's. Reference: one round trip of SELECT 1 to PostgreSQL, in CPU time of this process.
 */
const ROUNDS = 7;
const CHECKS = 20_000;
const SELECTS = 2_000;
const LIMIT_MS = 0.4;

const clock: Clock = systemClock(0);
const ids: Ids = ulidIds(clock);
/** Somebody in five teams, asked about each action in turn; most answers are no, which is the dear one to find. */
const ROLES: RolesOfPrincipal = {
  organization: new Set(['member']),
  teams: new Map(
    ['a', 'b', 'c', 'd', 'e'].map((team, index) => [team, new Set([index % 2 ? 'maintainer' : 'developer'])]),
  ),
};
const ASKED: [Action, string, string][] = [
  ['version.promote', 'a', 'critical'],
  ['version.publish', 'b', 'high'],
  ['audit.read', 'c', 'low'],
  ['endpoint.set', 'd', 'medium'],
  ['role.assign', 'e', 'low'],
];
const SET = new Set(ASKED.map(([action]) => action));

function newRequest(): RequestContext {
  const principal = { id: 'prn_1', kind: 'user' as const, handle: 'olivia' };
  return { principal, organizationId: 'org_1', requestId: 'req_1', clock, ids };
}

async function cpuMs(times: number, work: (index: number) => Promise<unknown> | unknown): Promise<number> {
  const before = process.cpuUsage();
  for (let index = 0; index < times; index++) await work(index);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / times;
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const rounded = (value: number): number => Number(value.toPrecision(3));

const plane = await openControlPlane();
try {
  const prisma = plane.get(PrismaService);
  const memory = new AccessService({ rolesOf: async () => ROLES } as unknown as AccessStore);
  const check = (index: number) => {
    const [action, teamId, criticality] = ASKED[index % ASKED.length] as [Action, string, string];
    return memory.can(newRequest(), action, { teamId, attributes: { criticality } });
  };
  const acme = await seed(plane).organization('acme');
  const olivia = await (await acme.team('payments')).maintainer('olivia');
  const whole = plane.get(AccessService);
  const started = process.cpuUsage();
  await check(0);
  const first = process.cpuUsage(started);
  await cpuMs(CHECKS, check);
  const rounds = { check: [] as number[], select: [] as number[], set: [] as number[], whole: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    rounds.check.push(await cpuMs(CHECKS, check));
    rounds.select.push(await cpuMs(SELECTS, () => prisma.$queryRaw`SELECT 1`));
    rounds.set.push(await cpuMs(CHECKS, async (index) => SET.has(ASKED[index % ASKED.length]?.[0] as Action)));
    rounds.whole.push(await cpuMs(SELECTS / 4, () => whole.can(olivia.context(), 'version.promote')));
  }
  const checkMs = median(rounds.check);
  const result = {
    bench: 'permission-check',
    ratio: rounded(checkMs / median(rounds.select)),
    reference: 'one round trip of SELECT 1 to PostgreSQL through the same client, CPU of this process',
    unit: 'CPU time of a check in a new request / CPU time of the round trip',
    cpuMs: rounded(checkMs),
    limitCpuMs: LIMIT_MS,
    firstCheckCpuMs: rounded((first.user + first.system) / 1000),
    setLookUpCpuMs: rounded(median(rounds.set)),
    selectCpuMs: rounded(median(rounds.select)),
    withRolesFromDatabaseCpuMs: rounded(median(rounds.whole)),
    machine: {
      cpus: cpus().length,
      memoryGigabytes: Math.round(totalmem() / 2 ** 30),
      node: process.versions.node,
    },
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  if (checkMs > LIMIT_MS) process.exitCode = 1;
} finally {
  await plane.close();
}
