import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type BundleParts,
  keyIdOf,
  makeBundle,
  makeRoot,
  makeTimestamp,
  PAYLOAD_TYPES,
  type Signer,
  signDocument,
  type TimestampParts,
} from '@rollcall/bundle';
import { sha256Hex } from '@rollcall/contract';
import { DAY_MS, HOUR_MS } from '@rollcall/kernel';
import type { PolicyState } from '@rollcall/policy';
import type { StatusReport } from '../src/report/status-reporter.js';
import type { UsageReport } from '../src/report/usage-reporter.js';

/** One Ed25519 key that can sign. */
export type TestKey = { public: Uint8Array; signer: Signer };

/** A new key pair. */
export function testKey(): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = new Uint8Array(Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'));
  const signer = {
    keyid: keyIdOf(raw),
    sign: (message: Uint8Array) => Promise.resolve(new Uint8Array(sign(null, message, privateKey))),
  };
  return { public: raw, signer };
}

/** Signed documents of one organization, with real keys and the real builders. */
export class TestAuthority {
  readonly organization = 'acme';
  readonly environment = 'production';
  readonly keys = { root: testKey(), publish: testKey(), timestamp: testKey() };

  root(version = 1, epoch = 1, signers: TestKey[] = [this.keys.root]): Promise<Uint8Array> {
    const role = (key: TestKey) => ({ publicKeys: [key.public], threshold: 1 });
    const { root, publish, timestamp } = this.keys;
    const roles = { root: role(root), publish: role(publish), timestamp: role(timestamp), kill: role(timestamp) };
    const expiresAt = new Date(Date.now() + 365 * DAY_MS).toISOString();
    const payload = makeRoot({ organization: this.organization, version, epoch, expiresAt, roles });
    const signing = signers.map(({ signer }) => signer);
    return signDocument(PAYLOAD_TYPES.root, payload, signing);
  }

  bundle(state: PolicyState, over: Partial<BundleParts> = {}): Promise<Uint8Array> {
    const now = Date.now();
    const parts: BundleParts = {
      audience: { organization: this.organization, environment: this.environment },
      epoch: 1,
      serial: 1,
      previous: null,
      issuedAt: new Date(now).toISOString(),
      staleAfter: new Date(now + HOUR_MS).toISOString(),
      hardExpiresAt: new Date(now + DAY_MS).toISOString(),
      state,
      ...over,
    };
    return signDocument(PAYLOAD_TYPES.bundle, makeBundle(parts), [this.keys.publish.signer]);
  }

  timestamp(bundleBytes: Uint8Array, over: Partial<TimestampParts> = {}): Promise<Uint8Array> {
    const now = Date.now();
    const parts: TimestampParts = {
      audience: { organization: this.organization, environment: this.environment },
      rootVersion: 1,
      epoch: 1,
      serial: 1,
      bundleBytes,
      kill: { sequence: 0, deny: [] },
      issuedAt: new Date(now).toISOString(),
      expiresAt: new Date(now + 5 * 60_000).toISOString(),
      ...over,
    };
    return signDocument(PAYLOAD_TYPES.timestamp, makeTimestamp(parts), [this.keys.timestamp.signer]);
  }
}

/** What one publication may differ in. */
export type Publication = Partial<Omit<BundleParts, 'state'>> & {
  kill?: TimestampParts['kill'];
  /** Changes the bundle bytes after signing. */
  tamper?: (bytes: Uint8Array) => Uint8Array;
};

/** A tiny control plane: the bundle endpoints a gateway speaks to, and nothing else. */
export class TestControlPlane {
  readonly authority = new TestAuthority();
  readonly statuses: StatusReport[] = [];
  readonly usage: UsageReport[] = [];
  readonly tokens = new Set<string>();
  readonly roots = new Map<number, Uint8Array>();
  /** Fails this many usage reports before accepting one. */
  usageFailures = 0;
  polls = 0;
  #objects = new Map<string, Uint8Array>();
  #timestamp: Uint8Array | null = null;
  #waiting = new Set<() => void>();
  #server: Server | null = null;
  #serial = 0;
  #previous: string | null = null;
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get serial(): number {
    return this.#serial;
  }

  /** Listens; a second start after a stop uses the same port. */
  async start(): Promise<void> {
    this.#server = createServer((request, response) => void this.#handle(request, response));
    await new Promise<void>((resolve) => this.#server?.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    this.#wake();
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server === null ? resolve() : server.close(() => resolve())));
  }

  /** Signs and serves a policy; the serial goes up by one unless said otherwise. */
  async publish(state: PolicyState, { tamper, kill, ...over }: Publication = {}): Promise<void> {
    const serial = over.serial ?? this.#serial + 1;
    this.#serial = Math.max(serial, this.#serial);
    const bundle = await this.authority.bundle(state, { previous: this.#previous, ...over, serial });
    this.#previous = sha256Hex(bundle);
    const { audience, epoch } = over;
    const timestamp = await this.authority.timestamp(bundle, {
      serial,
      ...(audience === undefined ? {} : { audience }),
      ...(epoch === undefined ? {} : { epoch }),
      ...(kill === undefined ? {} : { kill }),
    });
    this.serve(timestamp, tamper === undefined ? bundle : tamper(bundle), sha256Hex(bundle));
  }

  /** Serves exactly these bytes. */
  serve(timestamp: Uint8Array, bundle: Uint8Array, name = sha256Hex(bundle)): void {
    this.#objects.set(name, bundle);
    this.#timestamp = timestamp;
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.tokens.add(request.headers.authorization ?? '');
    const path = (request.url ?? '').replace(`/bundles/v1/${this.authority.environment}`, '');
    const [, kind, name = ''] = path.split('/');
    if (kind === 'timestamp') return this.#poll(request, response);
    if (kind === 'objects') return give(response, this.#objects.get(name));
    if (kind === 'root') return give(response, this.roots.get(Number(name)));
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const report: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    if (kind === 'status') this.statuses.push(report as StatusReport);
    if (kind === 'usage') this.usage.push(report as UsageReport);
    const fails = kind === 'usage' && this.usageFailures-- > 0;
    response.writeHead(fails ? 503 : 202).end();
  }

  async #poll(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.polls++;
    if (this.#timestamp === null) return give(response, undefined);
    if (request.headers['if-none-match'] === etagOf(this.#timestamp)) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1_000);
        timer.unref();
        this.#waiting.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    if (response.destroyed || this.#timestamp === null) return;
    const etag = etagOf(this.#timestamp);
    if (request.headers['if-none-match'] === etag) response.writeHead(304, { etag }).end();
    else response.writeHead(200, { etag }).end(this.#timestamp);
  }
}

function etagOf(bytes: Uint8Array): string {
  return `"${sha256Hex(bytes)}"`;
}

function give(response: ServerResponse, bytes: Uint8Array | undefined): void {
  if (bytes === undefined) response.writeHead(404).end();
  else response.writeHead(200).end(bytes);
}
