import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestDatabase, testDatabase } from '@rollcall/testing';
import { type Finished, freePort, ROOT, runToEnd, type Service, startService } from './child-processes.js';

/** Environment variables of the processes, beyond those that every installation has. */
export type Settings = { [P in 'api' | 'worker' | 'gateway']?: Record<string, string> };

/** What the CLI prints with `--format json`, and how it ended. */
export type Envelope = {
  exit: number | null;
  schemaVersion: string;
  command: string;
  data: unknown;
  error: { code: string; message: string; nextStep: string } | null;
};

/** What the bootstrap prints. */
export type Issued = { organization: string; tokens: Record<string, string>; gatewayToken: string };

const LOOPBACK = '127.0.0.0/8';

/** The product of one story as it is operated: processes of the build and a real database; a gateway where one is started. */
export class Installation {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'rollcall-story-'));
  /** API tokens by handle: those of the bootstrap, and those the story makes. */
  readonly tokens: Record<string, string> = {};
  apiPort = 0;
  gatewayPort = 0;
  gatewayToken = '';
  api: Service | undefined;
  worker: Service | undefined;
  gateway: Service | undefined;
  protected clockOffset = 'PT0S';
  private database?: TestDatabase;

  constructor(protected readonly settings: Settings = {}) {}

  get apiUrl(): string {
    return `http://127.0.0.1:${this.apiPort}`;
  }

  get gatewayUrl(): string {
    return `http://127.0.0.1:${this.gatewayPort}/mcp`;
  }

  get gatewayStateDir(): string {
    return path.join(this.dir, 'gateway');
  }

  get databaseUrl(): string {
    return this.database?.url ?? '';
  }

  get rootFile(): string {
    return path.join(this.dir, 'trust', 'root.json');
  }

  /** Database, people, keys, then the processes. */
  async start(): Promise<void> {
    this.database = await testDatabase();
    this.apiPort = await freePort();
    const issued = await this.bootstrap('--demo');
    Object.assign(this.tokens, issued.tokens);
    this.gatewayToken = issued.gatewayToken;
    await this.startControlPlane();
  }

  /** Runs the bootstrap with these flags: the organization of the demo, or a further one. */
  async bootstrap(...flags: string[]): Promise<Issued> {
    const done = await runToEnd('dist/apps/api/src/bootstrap.main.js', ['--data-dir', this.dir, ...flags], {
      ROLLCALL_DATABASE_URL: this.databaseUrl,
    });
    if (done.code !== 0) throw new Error(done.stderr);
    return JSON.parse(done.stdout) as Issued;
  }

  async startControlPlane(): Promise<void> {
    await Promise.all([this.startApi(), this.startWorker()]);
  }

  async startApi(): Promise<void> {
    this.api = await startService('apps/api/src/main.js', {
      ...this.common,
      ROLLCALL_PORT: String(this.apiPort),
      ROLLCALL_KEYS_DIR: path.join(this.dir, 'keys'),
      ROLLCALL_CONSOLE_DIR: path.join(ROOT, 'dist/console'),
      ...this.settings.api,
    });
  }

  async startWorker(): Promise<void> {
    this.worker = await startService('apps/worker/src/main.js', {
      ...this.common,
      ROLLCALL_ALLOW_PRIVATE_NETWORKS: LOOPBACK,
      ...this.settings.worker,
    });
  }

  async stopControlPlane(): Promise<void> {
    await this.worker?.stop();
    await this.api?.stop();
    this.worker = undefined;
    this.api = undefined;
  }

  /** The gateway that the bootstrap enrolled, in production. */
  async startGateway(): Promise<void> {
    if (this.gatewayPort === 0) this.gatewayPort = await freePort();
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
      ROLLCALL_ALLOW_PRIVATE_NETWORKS: LOOPBACK,
      ROLLCALL_CLOCK_OFFSET: this.clockOffset,
      ...this.settings.gateway,
    });
  }

  async stopGateway(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.gateway?.stop(signal);
    this.gateway = undefined;
  }

  /** Stops everything that has a clock and starts it again with the clock moved. */
  async travel(offset: string): Promise<void> {
    this.clockOffset = offset;
    const hadGateway = this.gateway !== undefined;
    await this.stopGateway();
    await this.stopControlPlane();
    await this.startControlPlane();
    if (hadGateway) await this.startGateway();
  }

  /** Runs the CLI as a person; with null, as somebody who has no token. */
  rollcall(person: string | null, ...args: string[]): Promise<Finished> {
    const token = person === null ? undefined : this.tokens[person];
    if (person !== null && token === undefined) throw new Error(`${person} has no token`);
    return runToEnd('apps/cli/bin/rollcall.mjs', args, {
      XDG_CONFIG_HOME: this.dir,
      ROLLCALL_URL: this.apiUrl,
      ...(token ? { ROLLCALL_TOKEN: token } : {}),
    });
  }

  /** Runs the CLI for its JSON envelope; rejects when it printed none. */
  async json(person: string | null, ...args: string[]): Promise<Envelope> {
    const done = await this.rollcall(person, '--format', 'json', ...args);
    if (!done.stdout.trim()) throw new Error(`no envelope from ${args.join(' ')}: ${done.stderr}`);
    return { exit: done.code, ...(JSON.parse(done.stdout) as Omit<Envelope, 'exit'>) };
  }

  /** As {@link json}, and the command must have been done: its data. */
  async done(person: string | null, ...args: string[]): Promise<Record<string, unknown>> {
    const envelope = await this.json(person, ...args);
    if (envelope.exit !== 0) throw new Error(`${args.join(' ')} exited ${envelope.exit}: ${JSON.stringify(envelope)}`);
    return envelope.data as Record<string, unknown>;
  }

  /** Sends a request with the token of a person; a body is sent as JSON. */
  http(person: string | null, route: string, { headers = {}, body, ...init }: HttpRequest = {}): Promise<Response> {
    return fetch(`${this.apiUrl}${route}`, {
      ...init,
      headers: {
        ...(person === null ? {} : { authorization: `Bearer ${this.tokens[person]}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
  }

  /** Asks GraphQL as a person; the whole answer. */
  async graphql<T>(person: string, query: string, variables: object = {}): Promise<{ data: T; errors?: unknown[] }> {
    const response = await this.http(person, '/graphql', { method: 'POST', body: { query, variables } });
    return (await response.json()) as { data: T; errors?: unknown[] };
  }

  /** A mutation that must be done; its payload. */
  async mutate<T>(person: string, field: string, input: object, fields: string): Promise<T> {
    const type = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${field}(input: $input) { ${fields} errors { code message } } }`;
    const { data, errors } = await this.graphql<Record<string, { errors: object[] }> | null>(person, query, { input });
    const payload = data?.[field];
    if (errors || !payload || payload.errors.length > 0) {
      throw new Error(`${field}: ${JSON.stringify(errors ?? payload)}`);
    }
    return payload as T;
  }

  /** Writes a file of the story and returns its path. */
  file(name: string, content: object | string): string {
    const file = path.join(this.dir, name);
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  }

  /** Writes a server.json of the story and returns its path. */
  manifest(name: string, version: string, rest: object): string {
    return this.file(`${name.replaceAll('/', '_')}-${version}.json`, serverJson(name, version, rest));
  }

  async stop(): Promise<void> {
    await this.stopGateway();
    await this.stopControlPlane();
    await this.database?.close();
    rmSync(this.dir, { recursive: true, force: true });
  }

  private get common(): Record<string, string> {
    return {
      ROLLCALL_DATABASE_URL: this.databaseUrl,
      ROLLCALL_CLOCK_OFFSET: this.clockOffset,
      ROLLCALL_SECRETS_KEY_FILE: path.join(this.dir, 'secrets.key'),
    };
  }
}

type HttpRequest = { method?: string; headers?: Record<string, string>; body?: unknown };

/** A server.json. */
export function serverJson(name: string, version: string, rest: object = {}) {
  const $schema = 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json';
  return { $schema, name, version, description: `The ${name} server.`, ...rest };
}
