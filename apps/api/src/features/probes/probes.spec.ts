import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asSystem } from '@rollcall/persistence';
import { RegistryService } from '@rollcall/registry';
import { type OrganizationSeed, type PersonSeed, seed } from '@rollcall/testing';
import { type RunningApi, startApi } from '../../../test/running-api.js';

const HEALTH = /* GraphQL */ `
  query ($ref: ServerRef!, $after: String) {
    server(ref: $ref) {
      versions {
        endpoints {
          id
          environment { name }
          health {
            state since lastOutcome lastProbedAt nextProbeAt era findings { code severity message }
            probeCount(window: week) uptime latency { p50 p95 p99 } month: uptime(window: month)
            history(first: 2, after: $after) {
              edges { cursor node { scheduledAt outcome lagMs latencyMs state } }
              pageInfo { hasNextPage endCursor }
            }
          }
        }
      }
    }
  }`;
const PROBE = /* GraphQL */ `
  mutation ($input: EndpointProbeInput!) {
    endpointProbe(input: $input) { endpoint { id health { nextProbeAt } } errors { code nextStep } }
  }`;

let api: RunningApi;
let acme: OrganizationSeed;
let olivia: PersonSeed;
let name: string;
let endpointId: string;

beforeAll(async () => {
  api = await startApi();
  acme = await seed(api).organization('acme');
  const payments = await acme.team('payments');
  olivia = await payments.maintainer('olivia');
  const ci = await payments.developer('ci');
  name = `${payments.namespace}/ledger`;
  const version = await ci.publishes(name, '1.0.0');
  await version.seen();
  await version.moves(olivia, 'in_review');
  const input = { version: version.ref, environment: 'production', transport: 'streamable-http' } as const;
  const url = 'https://ledger.example.com/mcp';
  endpointId = (await api.get(RegistryService).setEndpoint(olivia.context(), { ...input, url })).id;
});
afterAll(() => api?.close());

/** Five results, a minute apart, of which one was down; as a worker leaves them. */
async function probed(): Promise<void> {
  const now = api.clock.now().getTime();
  const organizationId = acme.id;
  const at = (n: number) => new Date(now - n * 60_000);
  await asSystem(
    () =>
      api.prisma
        .$queryRaw`SELECT make_probe_partitions(${at(1440).toISOString()}::date, ${at(-1440).toISOString()}::date)`,
  );
  await api.prisma.probeSchedule.create({
    data: {
      endpointId,
      organizationId,
      target: 'https://ledger.example.com/mcp',
      host: 'ledger.example.com',
      intervalMs: 60_000,
      spread: 1,
      nextAt: at(-1),
      state: 'healthy',
      since: at(5),
      era: 'modern',
      lastOutcome: 'healthy',
      lastAt: at(1),
      findings: [{ code: 'UNAUTHENTICATED_ACCESS', severity: 'error', message: 'Open.' }],
    },
  });
  const results = [5, 4, 3, 2, 1].map((n) => ({
    ...{ endpointId, organizationId, scheduledAt: at(n), lagMs: 3, coversMs: 60_000, state: 'healthy' },
    ...(n === 3 ? { outcome: 'timeout' } : { outcome: 'healthy', latencyMs: 40, latencyBucket: 17 }),
  }));
  await api.prisma.probeResult.createMany({ data: results });
}

describe('the health of an endpoint', () => {
  it('is null until it is probed, then has state, uptime, latency, findings and a history in pages', async () => {
    const token = await olivia.token();
    const read = async (after: string | null = null) => {
      const answer = await api.query(token, HEALTH, { ref: { byName: name }, after });
      expect(answer.errors).toEqual([]);
      type Seen = { server: { versions: { endpoints: { health: Record<string, unknown> | null }[] }[] } };
      return (answer.data as unknown as Seen).server.versions[0]?.endpoints[0]?.health;
    };
    expect(await read()).toBeNull();
    await probed();
    const health = await read();
    expect(health).toMatchObject({
      state: 'healthy',
      lastOutcome: 'healthy',
      era: 'modern',
      findings: [{ code: 'UNAUTHENTICATED_ACCESS', severity: 'error', message: 'Open.' }],
      probeCount: 5,
      uptime: 0.8,
      month: 0.8,
    });
    const { p50, p99 } = (health?.['latency'] ?? {}) as { p50: number; p99: number };
    expect([p50, p99].every((ms) => ms > 30 && ms < 50)).toBe(true);
    const first = health?.['history'] as { edges: { node: { outcome: string } }[]; pageInfo: { endCursor: string } };
    expect(first.edges.map(({ node }) => node.outcome)).toEqual(['healthy', 'healthy']);
    const second = (await read(first.pageInfo.endCursor))?.['history'] as typeof first;
    expect(second.edges.map(({ node }) => node.outcome)).toEqual(['timeout', 'healthy']);
  });

  it('is looked at now for who may ask, and exists for nobody else', async () => {
    const ask = async (by: PersonSeed) => {
      const { data, errors } = await api.query(await by.token(), PROBE, { input: { endpoint: endpointId } });
      const payload = (data as { endpointProbe: unknown } | null)?.endpointProbe ?? null;
      return payload ?? errors[0]?.extensions.code;
    };
    const now = api.clock.now().toISOString();
    expect(await ask(olivia)).toEqual({ endpoint: { id: endpointId, health: { nextProbeAt: now } }, errors: [] });
    const auditor = await acme.auditor('ann');
    expect(await ask(auditor)).toBe('FORBIDDEN');
    const rival = await seed(api).organization('rival');
    const stranger = await (await rival.team('payments')).maintainer('mo');
    expect(await ask(stranger)).toBe('NOT_FOUND');
  });
});
