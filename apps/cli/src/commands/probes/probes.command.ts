import { CliEndpointProbeDocument, CliProbesDocument, type CliProbesQuery } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { usage } from '../../errors/failure.js';
import { bold, dim, green, inline, red, yellow } from '../../output/style.js';
import { indent, table } from '../../output/table.js';

type Version = NonNullable<CliProbesQuery['server']>['versions'][number];
type Endpoint = Version['endpoints'][number];
type Health = NonNullable<Endpoint['health']>;

/** Shows how the endpoints of a server, or of one of its versions, are. */
export const probesCommand: CommandSpec = {
  name: 'probes',
  summary: 'health of the endpoints of a server: state, uptime, latency, findings',
  declare: (command) => {
    command
      .argument('<server>', 'NAME or NAME@VERSION')
      .option('--environment <name>', 'only endpoints of this environment')
      .option('--now', 'have them looked at again as soon as a worker is free');
  },
  connects: 'account',
  examples: [
    'rollcall probes com.acme/weather',
    'rollcall probes com.acme/weather@1.3.0 --environment production --now',
  ],
  run: async ({ cli, args: [target = ''], options }) => {
    const at = target.lastIndexOf('@');
    const [name, wanted] = at > 0 ? [target.slice(0, at), target.slice(at + 1)] : [target, undefined];
    const plane = await cli.controlPlane();
    const { server } = await plane.execute(CliProbesDocument, { ref: { byName: name } });
    const versions = (server?.versions ?? []).filter((one) => wanted === undefined || one.version === wanted);
    if (server === null || (wanted !== undefined && versions.length === 0))
      throw usage(`There is no "${target}" that you can see.`, 'Check the spelling.', 'NOT_FOUND');
    const environment = options.text('environment');
    const found = versions.flatMap((version) =>
      version.endpoints
        .filter((endpoint) => environment === undefined || endpoint.environment.name === environment)
        .map((endpoint) => ({ version: version.version, endpoint })),
    );
    if (options.flag('now')) {
      for (const { endpoint } of found.filter((one) => one.endpoint.health !== null)) {
        const input = { endpoint: endpoint.id };
        const { endpointProbe: payload } = await plane.execute(CliEndpointProbeDocument, { input });
        entityOf(payload.endpoint, payload.errors);
      }
    }
    const endpoints = found.map(({ version, endpoint }) => ({ version, ...endpoint }));
    return { data: { server: server.name, endpoints }, text: healthText(server.name, endpoints) };
  },
};

const WORDS = { healthy: green, degraded: yellow, unhealthy: red, unknown: dim } as const;
const HEAD = [
  'version',
  'environment',
  'state',
  'since',
  'last',
  '24 h',
  '7 d',
  '30 d',
  'p50/p95/p99',
  'era',
  'certificate',
];

function healthText(name: string, endpoints: readonly (Endpoint & { version: string })[]): string {
  if (endpoints.length === 0) return `${bold(inline(name))} has no such endpoint.`;
  const rows = endpoints.map((endpoint) => [
    inline(endpoint.version),
    inline(endpoint.environment.name),
    ...(endpoint.health === null ? [dim('not probed')] : healthCells(endpoint.health)),
  ]);
  const findings = endpoints.flatMap((endpoint) =>
    (endpoint.health?.findings ?? []).map((finding) => {
      const mark = finding.severity === 'error' ? red('✖') : yellow('▲');
      const place = dim(`${inline(endpoint.version)} ${inline(endpoint.environment.name)}`);
      return `${mark} ${finding.code}  ${inline(finding.message)}  ${place}`;
    }),
  );
  const lines = [bold(inline(name)), indent(table(rows, HEAD))];
  return (findings.length === 0 ? lines : [...lines, '', ...findings]).join('\n');
}

function healthCells(health: Health): string[] {
  const { latency } = health;
  return [
    WORDS[health.state](health.state),
    health.since,
    inline(health.lastOutcome ?? 'waits for its first probe'),
    share(health.uptimeDay),
    share(health.uptimeWeek),
    share(health.uptimeMonth),
    latency === null ? '–' : `${latency.p50}/${latency.p95}/${latency.p99} ms`,
    inline(health.era ?? '–'),
    health.certificateExpiresAt?.slice(0, 10) ?? '–',
  ];
}

/** Rounded down: what is not always up is never told as 100 %. */
function share(uptime: number | null): string {
  return uptime === null ? '–' : `${(Math.floor(uptime * 10_000) / 100).toFixed(2)} %`;
}
