import { MAX_BYTES } from '@rollcall/bundle';
import type { Clock } from '@rollcall/kernel';
import { Agent, type Dispatcher } from 'undici';
import type { ObjectSource } from './updater.js';

/** Where the control plane is, and as whom to speak to it. */
export type ControlPlaneParts = { apiUrl: string; environment: string; token: string; clock: Clock };

/** A polled pointer; `null` body means nothing new. */
export type Polled = { etag: string | null; timestamp: Uint8Array | null };

/** The control plane could not be asked; worth trying again later. `status` is null when there was no answer at all. */
export class ControlPlaneUnavailable extends Error {
  readonly status: number | null;

  constructor(message: string, status: number | null) {
    super(message);
    this.name = 'ControlPlaneUnavailable';
    this.status = status;
  }
}

/** How long the control plane may park a poll, in seconds. */
const WAIT_S = 25;
const REPORT_BYTES = 64 * 1024;

type Ask = {
  method: 'GET' | 'POST';
  path: string;
  maxBytes: number;
  timeoutMs: number;
  headers?: Record<string, string>;
  body?: string;
};
type Got = { status: number; etag: string | null; body: Uint8Array };

/** Speaks `/bundles/v1/{environment}/…`: every answer has a size limit that holds while it streams, and a time limit. */
export class ControlPlaneClient implements ObjectSource {
  readonly #agent = new Agent({ connect: { timeout: 5_000 }, connections: 4, allowH2: false });
  readonly #origin: string;
  readonly #base: string;
  readonly #token: string;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  #clockOffsetMs = 0;

  constructor({ apiUrl, environment, token, clock }: ControlPlaneParts) {
    const url = new URL(apiUrl);
    this.#origin = url.origin;
    this.#base = `${url.pathname.replace(/\/$/, '')}/bundles/v1/${encodeURIComponent(environment)}`;
    this.#token = token;
    this.#clock = clock;
  }

  /** How far this gateway's clock is ahead of the control plane's, in milliseconds, to the second; 0 before the first answer. */
  get clockOffsetMs(): number {
    return this.#clockOffsetMs;
  }

  /** Long-polls the signed timestamp. */
  async poll(etag: string | null): Promise<Polled> {
    const headers: Record<string, string> = { prefer: `wait=${WAIT_S}` };
    if (etag !== null) headers['if-none-match'] = etag;
    const got = await this.#ask({
      method: 'GET',
      path: '/timestamp',
      maxBytes: MAX_BYTES.timestamp,
      timeoutMs: (WAIT_S + 10) * 1_000,
      headers,
    });
    if (got.status === 304) return { etag, timestamp: null };
    this.#expectOk(got, 'timestamp');
    return { etag: got.etag, timestamp: got.body };
  }

  async object(sha256: string, maxBytes: number): Promise<Uint8Array> {
    const got = await this.#ask({ method: 'GET', path: `/objects/${sha256}`, maxBytes, timeoutMs: 60_000 });
    this.#expectOk(got, 'bundle');
    return got.body;
  }

  async root(version: number): Promise<Uint8Array | null> {
    const got = await this.#ask({
      method: 'GET',
      path: `/root/${version}`,
      maxBytes: MAX_BYTES.root,
      timeoutMs: 10_000,
    });
    if (got.status === 404) return null;
    this.#expectOk(got, 'root');
    return got.body;
  }

  /** Posts a report; the control plane acknowledges with any 2xx. */
  async report(kind: 'status' | 'usage', body: unknown): Promise<void> {
    const got = await this.#ask({
      method: 'POST',
      path: `/${kind}`,
      maxBytes: REPORT_BYTES,
      timeoutMs: 10_000,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (got.status < 200 || got.status > 299)
      throw new ControlPlaneUnavailable(`HTTP ${got.status} for ${kind}`, got.status);
  }

  /** Ends every request under way. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#agent.destroy();
  }

  #expectOk(got: Got, what: string): void {
    if (got.status !== 200) throw new ControlPlaneUnavailable(`HTTP ${got.status} for the ${what}`, got.status);
  }

  async #ask(ask: Ask): Promise<Got> {
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(ask.timeoutMs)]);
    try {
      const response = await this.#agent.request({
        origin: this.#origin,
        path: this.#base + ask.path,
        method: ask.method,
        headers: { authorization: `Bearer ${this.#token}`, ...ask.headers },
        body: ask.body ?? null,
        signal,
        headersTimeout: ask.timeoutMs,
        bodyTimeout: ask.timeoutMs,
      });
      const { etag, date } = response.headers;
      const theirs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
      if (!Number.isNaN(theirs))
        this.#clockOffsetMs = Math.trunc((this.#clock.now().getTime() - theirs) / 1_000) * 1_000;
      const body = await readCapped(response, ask.maxBytes);
      return { status: response.statusCode, etag: typeof etag === 'string' ? etag : null, body };
    } catch (error) {
      if (error instanceof ControlPlaneUnavailable) throw error;
      const reason = error instanceof Error ? ('code' in error && String(error.code)) || error.name : 'unknown';
      throw new ControlPlaneUnavailable(`The control plane did not answer (${reason})`, null);
    }
  }
}

async function readCapped(response: Dispatcher.ResponseData, maxBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += (chunk as Buffer).length;
    if (size > maxBytes) {
      response.body.destroy();
      throw new ControlPlaneUnavailable(`The answer is larger than ${maxBytes} bytes`, response.statusCode);
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
