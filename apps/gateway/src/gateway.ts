import { readFile } from 'node:fs/promises';
import { type Ids, ulidIds } from '@rollcall/kernel';
import { GatewayServer } from './http/gateway.server.js';
import { McpEndpoint } from './http/mcp-endpoint.js';
import { guardRules } from './http/request.guard.js';
import { ArgumentValidator } from './mcp/argument-validator.js';
import { ToolLists } from './mcp/tool-list.js';
import { PolicyFollower } from './policy-follower.js';
import type { CallSink } from './report/call-record.js';
import { GatewayMetrics } from './report/gateway-metrics.js';
import { UsageReporter } from './report/usage-reporter.js';
import type { GatewaySettings } from './settings.js';
import { PolicyHolder } from './trust/active-policy.js';
import { ControlPlaneClient } from './trust/control-plane.client.js';
import { DriftMonitor } from './upstream/drift-monitor.js';
import { readLaunchers } from './upstream/launchers.reader.js';
import { UpstreamDirectory } from './upstream/upstream-directory.js';

/** A running gateway. */
export type RunningGateway = { url: string; stop(): Promise<void> };

const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** Starts a gateway: restores the last good policy, follows the control plane, and serves. Throws when it cannot start at all. */
export async function startGateway(settings: GatewaySettings): Promise<RunningGateway> {
  const { clock, pace } = settings;
  const ids = ulidIds(clock);
  const holder = new PolicyHolder();
  const metrics = new GatewayMetrics(holder, () => clock.now().getTime());
  const launchers = await readLaunchers(settings.stdioLaunchersFile ?? null);
  const network = { allowPrivate: settings.allowPrivateNetworks };
  const upstreams = new UpstreamDirectory({ network, launchers, limits: pace.upstream });
  const bootId = ids.next('boot');
  const client = controlPlane(settings);
  const usage = new UsageReporter({
    gateway: settings.gatewayName,
    bootId,
    clock,
    send: (report) => client.report('usage', report),
    everyMs: pace.usageEveryMs,
  });
  const drift = new DriftMonitor({
    upstreams,
    changed: () => follower.report(),
    everyMs: pace.driftEveryMs,
    patienceMs: pace.driftPatienceMs,
  });
  const pinnedRoot = await readFile(settings.gatewayRootFile);
  const follower = new PolicyFollower({ settings, pinnedRoot, holder, metrics, upstreams, drift, client, bootId });
  await follower.restore();
  const record: CallSink = (call, shape) => {
    metrics.call(call);
    usage.count(call, shape);
    settings.log.audit(call);
  };
  const server = httpServer(settings, { holder, metrics, upstreams, drift, ids, record });
  const port = await server.listen(settings.gatewayHost, settings.gatewayPort);
  follower.start();
  drift.start();
  usage.start();
  return {
    url: listeningUrl(settings.gatewayHost, port),
    stop: async () => {
      await server.close(pace.stopGraceMs);
      drift.stop();
      await usage.stop();
      await follower.stop();
      await upstreams.close();
    },
  };
}

type Served = {
  holder: PolicyHolder;
  metrics: GatewayMetrics;
  upstreams: UpstreamDirectory;
  drift: DriftMonitor;
  ids: Ids;
  record: CallSink;
};

function httpServer(settings: GatewaySettings, served: Served): GatewayServer {
  const { holder, metrics, upstreams, drift, ids, record } = served;
  const { clock } = settings;
  const publicUrl = settings.gatewayPublicUrl ?? listeningUrl(settings.gatewayHost, settings.gatewayPort);
  const mcp = new McpEndpoint({
    holder,
    clock,
    ids,
    lists: new ToolLists(drift),
    calls: { upstreams, validator: new ArgumentValidator(), drift },
    sink: record,
    denied: (reason) => metrics.denied(reason),
    resourceMetadataUrl: `${publicUrl}/.well-known/oauth-protected-resource/mcp`,
    maxBodyBytes: MAX_BODY_BYTES,
  });
  return new GatewayServer({
    mcp,
    guard: guardRules(publicUrl, settings.allowedHosts, settings.allowedOrigins),
    metrics,
    // The control plane is not on this list: with a policy in force the gateway works without it.
    missing: () => {
      const standing = holder.standing(clock.now().getTime());
      return standing.ok ? [] : [`policy: ${standing.message}`];
    },
    resourceMetadata: () => ({
      resource: `${publicUrl}/mcp`,
      resource_name: `Rollcall gateway ${settings.gatewayName}`,
      bearer_methods_supported: ['header'],
    }),
    fault: (error) => settings.log.error({ error: faultText(error) }, 'A request failed for a reason nobody expected.'),
  });
}

function controlPlane({ apiUrl, environment, gatewayToken, clock }: GatewaySettings): ControlPlaneClient {
  return new ControlPlaneClient({ apiUrl, environment, token: gatewayToken, clock });
}

function listeningUrl(host: string, port: number): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

function faultText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
