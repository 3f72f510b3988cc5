import { hash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildContract } from '@rollcall/contract';
import { systemClock } from '@rollcall/kernel';
import type { PolicyEndpoint, PolicyState, PolicyTool, PolicyVersion } from '@rollcall/policy';
import { type RunningGateway, startGateway } from '../src/gateway.js';
import type { GatewaySettings } from '../src/settings.js';
import { UpstreamDirectory } from '../src/upstream/upstream-directory.js';
import { TestControlPlane } from './control-plane.fixture.js';

/** Bearer tokens of the agents in the test policies. */
export const TOKENS = { reader: 'agent-reader-token-0001', idle: 'agent-idle-token-0002' };

const LOOPBACK = { allowPrivate: ['127.0.0.0/8'] };

/** Waits for something to become true; fails after the deadline instead of hanging. */
export async function until(what: string, check: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`Not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The tools of a running server as a policy pins them. */
export async function pinnedTools(endpoint: PolicyEndpoint): Promise<PolicyVersion['tools']> {
  const directory = new UpstreamDirectory({ network: LOOPBACK, launchers: new Map() });
  const reply = await directory.at(endpoint).ask('tools/list', {});
  await directory.close();
  if (reply.kind !== 'result' || !Array.isArray(reply.result['tools'])) throw new Error(JSON.stringify(reply));
  const { members } = buildContract({ tools: reply.result['tools'] }).contract;
  return Object.fromEntries(
    members.map(({ name, digest, definition }): [string, PolicyTool] => [
      name,
      { digest, definition, approval: 'none' },
    ]),
  );
}

/** A routable version at a URL, pinned to what runs there. */
export async function versionAt(url: string, over: Partial<PolicyVersion> = {}): Promise<PolicyVersion> {
  const endpoint: PolicyEndpoint = { transport: 'streamable-http', url };
  const tools = over.tools ?? (await pinnedTools(over.endpoint ?? endpoint));
  const contractDigest: PolicyVersion['contractDigest'] = `sha256:${hash('sha256', JSON.stringify(tools), 'hex')}`;
  return { state: 'active', endpoint, contractDigest, deprecation: null, ...over, tools };
}

/** A policy of one server `demo` whose tools the reader may call at `granted`; the idle agent may call nothing. */
export function policyOf(
  versions: Record<string, PolicyVersion>,
  granted: Record<string, string>,
  tombstones: PolicyState['servers'][string]['tombstones'] = {},
): PolicyState {
  const grants = Object.entries(granted).map(([tool, version]) => [tool, { version, grant: 'grt_1' }]);
  const tokens = (token: string) => [{ sha256: hash('sha256', token, 'hex'), expiresAt: null }];
  return {
    servers: { demo: { name: 'com.acme/demo', versions, tombstones } },
    agents: {
      agt_reader: { name: 'reader', tokens: tokens(TOKENS.reader), tools: { demo: Object.fromEntries(grants) } },
      agt_idle: { name: 'idle', tokens: tokens(TOKENS.idle), tools: {} },
    },
    quarantine: [],
  };
}

/** A gateway under test with its control plane and its folder. */
export class GatewayStage {
  readonly plane = new TestControlPlane();
  readonly audit: Record<string, unknown>[] = [];
  folder = '';
  readonly pace: GatewaySettings['pace'] = {
    poll: { minRoundMs: 5, firstBackoffMs: 20, maxBackoffMs: 100, rootsEveryMs: 600_000 },
    upstream: { timeoutMs: 5_000, maxResponseBytes: 1_000_000, maxInFlight: 64 },
    statusEveryMs: 60_000,
    usageEveryMs: 50,
    driftEveryMs: 100,
    driftPatienceMs: 2_000,
    stopGraceMs: 500,
  };
  #gateway: RunningGateway | null = null;

  get url(): string {
    if (this.#gateway === null) throw new Error('The gateway is not running.');
    return `${this.#gateway.url}/mcp`;
  }

  get origin(): string {
    return this.url.slice(0, -4);
  }

  async open(): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), 'rollcall-gateway-'));
    await writeFile(join(this.folder, 'root.json'), await this.plane.authority.root());
    await this.plane.start();
  }

  async startGateway(over: Partial<GatewaySettings> = {}): Promise<void> {
    this.#gateway = await startGateway({ ...this.#settings(), ...over });
  }

  async stopGateway(): Promise<void> {
    await this.#gateway?.stop();
    this.#gateway = null;
  }

  async close(): Promise<void> {
    await this.stopGateway();
    await this.plane.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Publishes and waits until the gateway has acknowledged. */
  async publish(...publication: Parameters<TestControlPlane['publish']>): Promise<void> {
    await this.plane.publish(...publication);
    await this.acknowledged(this.plane.serial);
  }

  acknowledged(serial: number): Promise<void> {
    return until(`serial ${serial} acknowledged`, () => {
      const last = this.plane.statuses.at(-1);
      return last?.serial === serial && last.result === 'ack';
    });
  }

  /** Waits for a refusal and returns its code. */
  async refused(): Promise<string> {
    await until('a refusal reported', () => this.plane.statuses.at(-1)?.result === 'nack');
    return this.plane.statuses.at(-1)?.error?.code ?? '';
  }

  /** One raw POST to `/mcp`; `null` removes a default header. */
  async post(body: unknown, headers: Record<string, string | null> = {}) {
    const all = { 'content-type': 'application/json', authorization: `Bearer ${TOKENS.reader}`, ...headers };
    const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)) as Record<
      string,
      string
    >;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(this.url, { method: 'POST', headers: sent, body: text });
    const answer = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text: answer,
      json: answer === '' ? null : JSON.parse(answer),
    };
  }

  /** A session-era `tools/call`. */
  call(name: string, args: object = {}, headers: Record<string, string | null> = {}) {
    return this.post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } }, headers);
  }

  #settings(): GatewaySettings {
    return {
      gatewayHost: '127.0.0.1',
      gatewayPort: 0,
      gatewayPublicUrl: undefined,
      gatewayStateDir: join(this.folder, 'state'),
      gatewayRootFile: join(this.folder, 'root.json'),
      gatewayToken: 'gateway-token',
      gatewayName: 'gw-test',
      organization: this.plane.authority.organization,
      environment: this.plane.authority.environment,
      apiUrl: this.plane.url,
      allowedOrigins: ['https://console.example'],
      allowedHosts: [],
      allowPrivateNetworks: LOOPBACK.allowPrivate,
      stdioLaunchersFile: undefined,
      clockOffsetMs: 0,
      clock: systemClock(),
      log: this.#log(),
      pace: this.pace,
    };
  }

  #log(): GatewaySettings['log'] {
    const ignore = () => undefined;
    const fault = (fields: object, message: string) => {
      if ('error' in fields) process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
    };
    return { audit: (fields) => this.audit.push({ ...fields }), info: ignore, warn: ignore, error: fault };
  }
}
