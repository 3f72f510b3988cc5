import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestDatabase, testDatabase } from '@rollcall/testing';
import { type Finished, freePort, ROOT, runToEnd, type Service, startService } from './child-processes.js';

/** Who acts; `agent` and `gateway` get their tokens as the story goes. */
export type Person = 'admin' | 'owner' | 'reviewer' | 'ci' | 'outsider';

/** Names of the story. */
export const PAYMENTS = 'com.acme.payments/payments';
export const EVERYTHING = 'com.acme.tools/everything';
export const MEMORY = 'com.acme.tools/memory';
const REAL_VERSION = '2026.8.31';
export const realVersion = REAL_VERSION;

/** The running product of one story: real processes, a real database, real MCP servers. */
export class World {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'rollcall-story-'));
  readonly tokens: Partial<Record<Person | 'agent', string>> = {};
  apiPort = 0;
  gatewayPort = 0;
  gatewayToken = '';
  demo?: Service;
  api: Service | undefined;
  worker: Service | undefined;
  gateway: Service | undefined;
  private database?: TestDatabase;
  private clockOffset = 'PT0S';

  get apiUrl(): string {
    return `http://127.0.0.1:${this.apiPort}`;
  }

  get gatewayUrl(): string {
    return `http://127.0.0.1:${this.gatewayPort}/mcp`;
  }

  get databaseUrl(): string {
    return this.database?.url ?? '';
  }

  get rootFile(): string {
    return path.join(this.dir, 'trust', 'root.json');
  }

  get gatewayStateDir(): string {
    return path.join(this.dir, 'gateway');
  }

  /** The address of one version of the demo's payments server. */
  paymentsUrl(version: string): string {
    return (this.demo?.ready['payments'] as Record<string, string> | undefined)?.[version] ?? '';
  }

  get everythingUrl(): string {
    return this.demo?.ready['everything'] as string;
  }

  /** Database, people, keys, then every process. */
  async start(): Promise<void> {
    this.database = await testDatabase();
    this.apiPort = await freePort();
    this.gatewayPort = await freePort();
    const [payments, everything] = [await freePort(), await freePort()];
    writeFileSync(this.launchersFile, JSON.stringify({ memory: memoryLauncher(this.dir) }));
    const boot = await runToEnd('dist/apps/api/src/bootstrap.main.js', ['--data-dir', this.dir, '--demo'], {
      ROLLCALL_DATABASE_URL: this.databaseUrl,
    });
    if (boot.code !== 0) throw new Error(boot.stderr);
    const issued = JSON.parse(boot.stdout) as { tokens: Record<Person, string>; gatewayToken: string };
    Object.assign(this.tokens, issued.tokens);
    this.gatewayToken = issued.gatewayToken;
    const args = ['--payments-port', String(payments), '--everything-port', String(everything)];
    this.demo = await startService('apps/demo/src/main.js', {}, args);
    await this.startControlPlane();
    await this.startGateway();
  }

  async startControlPlane(): Promise<void> {
    const common = { ROLLCALL_DATABASE_URL: this.databaseUrl, ROLLCALL_CLOCK_OFFSET: this.clockOffset };
    this.api = await startService('apps/api/src/main.js', {
      ...common,
      ROLLCALL_PORT: String(this.apiPort),
      ROLLCALL_KEYS_DIR: path.join(this.dir, 'keys'),
      ROLLCALL_CONSOLE_DIR: path.join(ROOT, 'dist/console'),
    });
    this.worker = await startService('apps/worker/src/main.js', {
      ...common,
      ROLLCALL_ALLOW_PRIVATE_NETWORKS: '127.0.0.0/8',
      ROLLCALL_STDIO_LAUNCHERS_FILE: this.launchersFile,
    });
  }

  async stopControlPlane(): Promise<void> {
    await this.worker?.stop();
    await this.api?.stop();
    this.worker = undefined;
    this.api = undefined;
  }

  async startGateway(): Promise<void> {
    mkdirSync(this.gatewayStateDir, { recursive: true });
    this.gateway = await startService('apps/gateway/src/main.js', {
      ROLLCALL_GATEWAY_PORT: String(this.gatewayPort),
      ROLLCALL_GATEWAY_STATE_DIR: this.gatewayStateDir,
      ROLLCALL_GATEWAY_ROOT_FILE: this.rootFile,
      ROLLCALL_GATEWAY_TOKEN: this.gatewayToken,
      ROLLCALL_GATEWAY_NAME: 'local',
      ROLLCALL_ORGANIZATION: 'acme',
      ROLLCALL_ENVIRONMENT: 'production',
      ROLLCALL_API_URL: this.apiUrl,
      ROLLCALL_ALLOW_PRIVATE_NETWORKS: '127.0.0.0/8',
      ROLLCALL_STDIO_LAUNCHERS_FILE: this.launchersFile,
      ROLLCALL_CLOCK_OFFSET: this.clockOffset,
    });
  }

  async stopGateway(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.gateway?.stop(signal);
    this.gateway = undefined;
  }

  /** Stops everything that has a clock and starts it again with the clock moved. */
  async travel(offset: string): Promise<void> {
    this.clockOffset = offset;
    await this.stopGateway();
    await this.stopControlPlane();
    await this.startControlPlane();
    await this.startGateway();
  }

  /** Runs the CLI as a person. */
  rollcall(person: Person | null, ...args: string[]): Promise<Finished> {
    const token = person === null ? undefined : this.tokens[person];
    return runToEnd('apps/cli/bin/rollcall.mjs', args, {
      XDG_CONFIG_HOME: this.dir,
      ROLLCALL_URL: this.apiUrl,
      ...(token ? { ROLLCALL_TOKEN: token } : {}),
    });
  }

  /** Runs the CLI for its JSON envelope; rejects when it printed none. */
  async json(person: Person | null, ...args: string[]): Promise<Envelope> {
    const done = await this.rollcall(person, '--format', 'json', ...args);
    if (!done.stdout.trim()) throw new Error(`no envelope from ${args.join(' ')}: ${done.stderr}`);
    return { exit: done.code, ...(JSON.parse(done.stdout) as Omit<Envelope, 'exit'>) };
  }

  /** As {@link json}, and the command must have been done: its data. */
  async done(person: Person, ...args: string[]): Promise<Record<string, unknown>> {
    const envelope = await this.json(person, ...args);
    if (envelope.exit !== 0) throw new Error(`${args.join(' ')} exited ${envelope.exit}: ${JSON.stringify(envelope)}`);
    return envelope.data as Record<string, unknown>;
  }

  /** Asks GraphQL as a person; the whole answer. */
  async graphql<T>(person: Person, query: string, variables: object = {}): Promise<{ data: T; errors?: unknown[] }> {
    const response = await fetch(`${this.apiUrl}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.tokens[person]}` },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(10_000),
    });
    return (await response.json()) as { data: T; errors?: unknown[] };
  }

  /** Writes a server.json of the story and returns its path. */
  manifest(name: string, version: string, rest: object): string {
    const file = path.join(this.dir, `${name.replaceAll('/', '_')}-${version}.json`);
    const $schema = 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json';
    writeFileSync(file, JSON.stringify({ $schema, name, version, description: `The ${name} server.`, ...rest }));
    return file;
  }

  async stop(): Promise<void> {
    await this.stopGateway();
    await this.stopControlPlane();
    await this.demo?.stop();
    await this.database?.close();
    rmSync(this.dir, { recursive: true, force: true });
  }

  private get launchersFile(): string {
    return path.join(this.dir, 'launchers.json');
  }
}

/** What the CLI prints with `--format json`, and how it ended. */
export type Envelope = {
  exit: number | null;
  schemaVersion: string;
  command: string;
  data: unknown;
  error: { code: string; message: string; nextStep: string } | null;
};

function memoryLauncher(dir: string) {
  const entry = path.join(ROOT, 'node_modules/@modelcontextprotocol/server-memory/dist/index.js');
  return { command: process.execPath, args: [entry], env: { MEMORY_FILE_PATH: path.join(dir, 'memory.jsonl') } };
}
