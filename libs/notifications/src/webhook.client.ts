import { type LookupAddress, lookup as resolveName } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { types } from 'node:util';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { isDialable } from '@rollcall/mcp-client';
import { Agent, request } from 'undici';
import { NotificationSettings } from './notification-settings.js';
import { excerptOf } from './plain-text.js';

/** What is sent in one attempt. */
export type WebhookRequest = { url: string; headers: Record<string, string>; body: string };

/** How one attempt ended: an answer with its status and the beginning of its text, or why there is none. */
export type WebhookAnswer = { answered: true; status: number; excerpt: string } | { answered: false; error: string };

/** Kept of an answer, in bytes. */
export const EXCERPT_BYTES = 1024;

/** Marks what the network policy refuses; the code of Node's own errors is reported for everything else. */
const REFUSED = 'REFUSED_BY_POLICY';

/**
 * Posts to addresses that people typed. Every address a name resolves to is judged in the look-up of the dial itself, so
 * a second DNS answer cannot move the connection. Redirects are not followed: they would carry the event elsewhere.
 */
@Injectable()
export class WebhookClient implements OnApplicationShutdown {
  private readonly agents: Record<'http:' | 'https:', Agent>;

  constructor(private readonly settings: NotificationSettings) {
    this.agents = { 'http:': this.agentFor('http:'), 'https:': this.agentFor('https:') };
  }

  /** Never throws for what the other side does; the whole attempt ends within the time limit. */
  async post({ url, headers, body }: WebhookRequest): Promise<WebhookAnswer> {
    const target = new URL(url);
    if (target.protocol !== 'https:' && target.protocol !== 'http:') return refused('Only http and https are dialled.');
    const host = target.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && !this.admits(host, target.protocol)) return refused(NOT_ALLOWED);
    const signal = AbortSignal.timeout(this.settings.timeoutMs);
    try {
      const response = await request(target, {
        method: 'POST',
        headers: { ...headers, 'user-agent': 'rollcall-webhooks' },
        body,
        signal,
        dispatcher: this.agents[target.protocol],
      });
      const excerpt = await beginning(response.body);
      return { answered: true, status: response.statusCode, excerpt };
    } catch (error) {
      return { answered: false, error: reasonOf(error, signal.aborted) };
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(Object.values(this.agents).map((agent) => agent.destroy()));
  }

  /** Without TLS anybody on the way can read and change an event: plain http stays inside the networks an operator named. */
  private admits(address: string, protocol: string): boolean {
    const policy = { allowPrivate: this.settings.allowPrivate };
    if (!isDialable(address, policy)) return false;
    return protocol === 'https:' || !isDialable(address, { allowPrivate: [] });
  }

  private agentFor(protocol: string): Agent {
    const { timeoutMs } = this.settings;
    return new Agent({
      connect: { lookup: this.lookupFor(protocol), timeout: timeoutMs },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      keepAliveTimeout: 1_000,
      pipelining: 1,
    });
  }

  private lookupFor(protocol: string): LookupFunction {
    return (hostname, options, callback) => {
      resolveName(hostname, { all: true, verbatim: true }, (error, found: LookupAddress[]) => {
        if (error) return callback(error, '', 4);
        const admitted = found.filter(({ address }) => this.admits(address, protocol));
        const [first] = admitted;
        if (first === undefined) return callback(Object.assign(new Error(NOT_ALLOWED), { code: REFUSED }), '', 4);
        if (options.all) callback(null, admitted);
        else callback(null, first.address, first.family);
      });
    };
  }
}

const NOT_ALLOWED =
  'The address is private or special and not allowed by ROLLCALL_ALLOW_PRIVATE_NETWORKS, or public and without TLS.';

const TIMEOUT_CODE = /^(UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT|ETIMEDOUT)$/;

const refused = (error: string): WebhookAnswer => ({ answered: false, error: `Refused by network policy: ${error}` });

/** The first kilobyte; the rest is not read. A text that breaks off changes nothing about the status that came before it. */
async function beginning(
  body: AsyncIterable<Uint8Array> & { destroy(): unknown; on(event: 'error', listener: () => void): unknown },
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  body.on('error', () => undefined); // destroying a body that is not read to its end reports an abort
  try {
    for await (const chunk of body) {
      chunks.push(chunk.subarray(0, EXCERPT_BYTES - size));
      size += chunk.byteLength;
      if (size >= EXCERPT_BYTES) break;
    }
  } catch {
    // kept as far as it came
  } finally {
    body.destroy();
  }
  return excerptOf(Buffer.concat(chunks), EXCERPT_BYTES);
}

function reasonOf(error: unknown, timedOut: boolean): string {
  const code = codeOf(error);
  // the limits of the connection and that of the whole attempt are the same, and either may be noticed first
  if (timedOut || TIMEOUT_CODE.test(code ?? '')) return 'The endpoint did not answer in time.';
  if (code === REFUSED) return `Refused by network policy: ${NOT_ALLOWED}`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `The name of the endpoint does not resolve (${code}).`;
  if (code === null) throw error;
  return `The connection failed (${code}).`;
}

/** The code of a system or TLS error, looking into the attempts of a dial that tried several addresses. */
function codeOf(error: unknown): string | null {
  if (!types.isNativeError(error)) return null;
  if ('code' in error && typeof error.code === 'string') return error.code;
  if ('errors' in error && Array.isArray(error.errors)) return codeOf(error.errors[0]);
  return codeOf(error.cause);
}
