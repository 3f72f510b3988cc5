import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ScriptedControlPlane } from '../../control-plane.fixture.js';

const plane = new ScriptedControlPlane();
beforeAll(() => plane.start());
beforeEach(() => plane.begin({}));
afterEach(() => plane.end());
afterAll(() => plane.stop());

const AT = '2026-11-20T12:00:00.000Z';
const endpoint = (id: string, environment: string, health: object | null) => ({
  id,
  environment: { name: environment },
  transport: 'streamable_http',
  url: 'https://x.example.com/mcp',
  launcher: null,
  health,
});
const HEALTH = {
  state: 'degraded',
  since: AT,
  lastOutcome: 'degraded',
  lastDetail: 'tools/list failed.',
  lastProbedAt: AT,
  nextProbeAt: AT,
  era: 'modern',
  certificateExpiresAt: '2027-01-02T00:00:00.000Z',
  uptime: ({ window }: { window: string }) => (window === 'day' ? 0.999_99 : null),
  latency: { p50: 12, p95: 40, p99: 71 },
  findings: [{ code: 'UNAUTHENTICATED_ACCESS', severity: 'error', message: 'Anybody may list.' }],
};
const server = {
  name: 'com.acme/x',
  versions: [
    {
      version: '1.1.0',
      state: 'active',
      endpoints: [endpoint('ept_1', 'production', HEALTH), endpoint('ept_2', 'staging', null)],
    },
    { version: '1.0.0', state: 'deprecated', endpoints: [endpoint('ept_3', 'production', null)] },
  ],
};

describe('rollcall probes', () => {
  it('shows each endpoint with its health and findings, and never rounds up to 100 %', async () => {
    plane.fields = { server };
    const { stdout } = await plane.runText('probes', 'com.acme/x');
    expect(stdout).toContain('99.99 %');
    expect(stdout).toContain('12/40/71 ms');
    expect(stdout).toContain('not probed');
    expect(stdout).toContain('UNAUTHENTICATED_ACCESS');
    expect(stdout).toContain('2027-01-02');
    const { envelope } = await plane.run('probes', 'com.acme/x@1.0.0');
    expect(envelope.data).toMatchObject({ endpoints: [{ version: '1.0.0', id: 'ept_3', health: null }] });
    expect((await plane.run('probes', 'com.acme/x@9.9.9')).exitCode).toBe(2);
  });

  it('has the endpoints that are probed looked at now', async () => {
    const asked: unknown[] = [];
    plane.fields = {
      server,
      endpointProbe: ({ input }: { input: { endpoint: string } }) => {
        asked.push(input.endpoint);
        return { endpoint: endpoint(input.endpoint, 'production', HEALTH), errors: [] };
      },
    };
    const { exitCode } = await plane.run('probes', 'com.acme/x', '--environment', 'production', '--now');
    expect(exitCode).toBe(0);
    expect(asked).toEqual(['ept_1']);
  });
});
