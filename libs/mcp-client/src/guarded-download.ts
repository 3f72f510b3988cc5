import { types } from 'node:util';
import { Agent, request } from 'undici';
import { pinnedLookup, systemResolver } from './dial-guard.js';
import {
  isDialable,
  type NetworkPolicy,
  normalizeAddress,
  type PinnedAddress,
  type Resolver,
} from './network-policy.js';

/** Why a document could not be had. `policy`: our own rules refused; everything else is the other side's doing. */
export type DownloadFailure = 'policy' | 'dns' | 'unreachable' | 'tls' | 'timeout' | 'too_large' | 'protocol';

/** A document that could not be had, with one sentence for a person. Never carries anything the other side sent. */
export class DownloadFailed extends Error {
  constructor(
    readonly reason: DownloadFailure,
    message: string,
  ) {
    super(message);
    this.name = 'DownloadFailed';
  }
}

/** One request within limits; `timeoutMs` is for all of it, redirects and the last byte included. */
export type DownloadOptions = {
  network: NetworkPolicy;
  timeoutMs: number;
  maxBytes: number;
  headers?: Readonly<Record<string, string>>;
  resolve?: Resolver;
  /** Certificate authorities (PEM) instead of the platform's. */
  ca?: string;
  /** Says where a redirect may lead; absent: a redirect is an answer like any other. Headers are not sent on. */
  mayFollow?: (target: URL) => boolean;
  signal?: AbortSignal;
};

/** What came back. Header names are in lower case; of a repeated header the first value is kept. */
export type Download = { url: string; status: number; headers: Readonly<Record<string, string>>; body: Uint8Array };

const MAX_REDIRECTS = 3;

/**
 * GETs one document. Only addresses that the policy allows are dialled: a name is resolved once per request, every address is
 * judged, and the socket is pinned to the survivors, so a second DNS answer cannot move it. No proxy, no cookie, no
 * decompression. Throws {@link DownloadFailed}; an HTTP status is an answer, not a failure.
 */
export async function guardedDownload(url: string | URL, options: DownloadOptions): Promise<Download> {
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
  let target = parsed(url);
  let headers = options.headers ?? {};
  for (let hops = 0; ; hops++) {
    const answer = await within(signal, target, () => get(target, headers, options, signal));
    const location = answer.headers['location'];
    if (!options.mayFollow || location === undefined || ![301, 302, 303, 307, 308].includes(answer.status))
      return answer;
    const next = parsed(URL.canParse(location, target.href) ? new URL(location, target.href) : location);
    if (hops >= MAX_REDIRECTS) throw new DownloadFailed('policy', `${target.host} redirects too often.`);
    if (!options.mayFollow(next) || (target.protocol === 'https:' && next.protocol !== 'https:')) {
      throw new DownloadFailed('policy', `${target.host} redirects to ${next.host}, which is not allowed.`);
    }
    target = next;
    headers = {};
  }
}

function parsed(text: string | URL): URL {
  const url = URL.canParse(String(text)) ? new URL(String(text)) : null;
  if (!url || !['https:', 'http:'].includes(url.protocol)) {
    throw new DownloadFailed('policy', 'Only absolute http and https URLs are dialled.');
  }
  if (url.username !== '' || url.password !== '') throw new DownloadFailed('policy', 'The URL carries credentials.');
  return url;
}

async function get(
  url: URL,
  headers: Readonly<Record<string, string>>,
  options: DownloadOptions,
  signal: AbortSignal,
): Promise<Download> {
  const pins = new Map([[url.hostname, await dialable(url, options)]]);
  signal.throwIfAborted();
  const agent = new Agent({
    connect: {
      lookup: pinnedLookup(pins),
      timeout: options.timeoutMs,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
    },
    headersTimeout: options.timeoutMs,
    bodyTimeout: options.timeoutMs,
    pipelining: 0,
  });
  try {
    const response = await request(url, {
      dispatcher: agent,
      signal,
      headers: { 'user-agent': 'rollcall', 'accept-encoding': 'identity', ...headers },
    });
    const answered = Object.entries(response.headers).map(([name, value]) => [name, [value].flat()[0] ?? '']);
    const encoding = [response.headers['content-encoding']].flat()[0];
    if (encoding !== undefined && encoding !== 'identity') {
      throw new DownloadFailed('protocol', `${url.host} sends a compressed answer, which was not asked for.`);
    }
    const body = await limited(response.body, url, options.maxBytes);
    return { url: url.href, status: response.statusCode, headers: Object.fromEntries(answered), body };
  } finally {
    await agent.destroy();
  }
}

async function limited(stream: AsyncIterable<Uint8Array>, url: URL, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new DownloadFailed('too_large', `${url.host} sends more than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The addresses of a host that the policy lets us dial. */
async function dialable(url: URL, { network, resolve = systemResolver }: DownloadOptions): Promise<PinnedAddress[]> {
  const literal = normalizeAddress(url.hostname);
  const addresses = literal === null ? await resolved(url.hostname, resolve) : [literal.address];
  const pins = addresses.filter((address) => isDialable(address, network)).map(normalizeAddress);
  if (pins.length === 0) {
    throw new DownloadFailed('policy', `${url.hostname} is at an address the network policy does not allow.`);
  }
  return pins.filter((pin) => pin !== null);
}

async function resolved(hostname: string, resolve: Resolver): Promise<string[]> {
  try {
    const addresses = await resolve(hostname);
    if (addresses.length > 0) return addresses;
  } catch (error) {
    if (codeOf(error) === null) throw error;
  }
  throw new DownloadFailed('dns', `The name ${hostname} does not resolve.`);
}

/** Runs one hop until the deadline: a resolver that never answers does not hold it up either. */
async function within<T>(signal: AbortSignal, url: URL, work: () => Promise<T>): Promise<T> {
  const late = () => new DownloadFailed('timeout', `${url.host} did not answer in time.`);
  if (signal.aborted) throw late();
  let stop: () => void = () => undefined;
  const ended = new Promise<never>((_resolve, reject) => {
    stop = () => reject(late());
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work(), ended]);
  } catch (error) {
    if (error instanceof DownloadFailed) throw error;
    if (signal.aborted) throw late();
    throw asFailure(error, url) ?? error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

const TLS = /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_|EPROTO$|HOSTNAME_MISMATCH)/;

function asFailure(error: unknown, url: URL): DownloadFailed | null {
  const code = codeOf(error);
  if (code === null) return null;
  if (TLS.test(code)) return new DownloadFailed('tls', `The TLS handshake with ${url.host} failed (${code}).`);
  if (/TIMEOUT|^ETIMEDOUT$/.test(code))
    return new DownloadFailed('timeout', `${url.host} did not answer in time (${code}).`);
  if (/^(HPE_|UND_ERR_(?!SOCKET))/.test(code))
    return new DownloadFailed('protocol', `The answer of ${url.host} is not HTTP (${code}).`);
  return new DownloadFailed('unreachable', `The connection to ${url.host} failed (${code}).`);
}

/** Not `instanceof`: an error of Node itself belongs to another realm when this code runs in a vm context. */
function codeOf(error: unknown): string | null {
  if (!types.isNativeError(error)) return null;
  if ('code' in error && typeof error.code === 'string') return error.code;
  // the HTTP parser leaves the code out when the first bytes are no HTTP at all
  if (error.name === 'HTTPParserError') return 'HPE_INVALID';
  if ('errors' in error && Array.isArray(error.errors)) return codeOf(error.errors[0]);
  return error.cause === undefined ? null : codeOf(error.cause);
}
