import { parseStrict } from '@rollcall/contract';
import { isJsonObject, type JsonValue } from '@rollcall/kernel';
import { type Download, DownloadFailed, guardedDownload } from './guarded-download.js';
import { USER_AGENT } from './inspector-identity.js';
import type { NetworkPolicy, Resolver } from './network-policy.js';

/** What became of the search for protected resource metadata; `reason` is one sentence, null when it is valid. */
export type MetadataVerdict = { verdict: 'valid' | 'invalid' | 'missing'; reason: string | null };

export type MetadataQuestion = {
  /** The URL of the MCP endpoint that asked for credentials. */
  endpoint: URL;
  wwwAuthenticate: string | null;
  network: NetworkPolicy;
  timeoutMs: number;
  signal: AbortSignal;
  resolve?: Resolver;
  ca?: string;
};

const MAX_METADATA_BYTES = 65_536;
const MAX_METADATA_DEPTH = 16;
const WELL_KNOWN = '/.well-known/oauth-protected-resource';
const CHALLENGE = /\bresource_metadata\s*=\s*(?:"(?<quoted>[^"]*)"|(?<bare>[^\s",]+))/i;

/**
 * Looks where a client has to look (MCP authorization; RFC 9728 sections 3 and 5.1): where the challenge points, then the
 * well-known place of the path, then that of the origin. The first document that is there decides.
 */
export async function judgeResourceMetadata(question: MetadataQuestion): Promise<MetadataVerdict> {
  const endpoint = httpUrl(question.endpoint);
  const groups = CHALLENGE.exec(question.wwwAuthenticate ?? '')?.groups;
  const named = groups?.['quoted'] ?? groups?.['bare'];
  if (named !== undefined && !/^https?:$/.test(URL.canParse(named) ? new URL(named).protocol : '')) {
    return { verdict: 'invalid', reason: 'The challenge names a resource_metadata that is no http(s) URL.' };
  }
  const path = endpoint.pathname === '/' ? '' : endpoint.pathname;
  const places = [...(named === undefined ? [] : [named]), `${endpoint.origin}${WELL_KNOWN}${path}`];
  if (path !== '') places.push(`${endpoint.origin}${WELL_KNOWN}`);
  for (const place of new Set(places)) {
    const found = await load(new URL(place), endpoint, question);
    if (found === null) continue;
    const reason = typeof found === 'string' ? found : faultOf(found, endpoint);
    return { verdict: reason === null ? 'valid' : 'invalid', reason };
  }
  return { verdict: 'missing', reason: 'No protected resource metadata (RFC 9728) is where clients look for it.' };
}

/** A document, null when there is none, or why it cannot be had. */
async function load(place: URL, endpoint: URL, question: MetadataQuestion): Promise<Download | null | string> {
  const { network, timeoutMs, signal, resolve, ca } = question;
  try {
    const download = await guardedDownload(place, {
      // a challenge is the server's word: it must not lead us to another host of our own network
      network: place.origin === endpoint.origin ? network : { allowPrivate: [] },
      timeoutMs,
      signal,
      maxBytes: MAX_METADATA_BYTES,
      headers: { accept: 'application/json', 'user-agent': USER_AGENT },
      ...(resolve === undefined ? {} : { resolve }),
      ...(ca === undefined ? {} : { ca }),
    });
    return download.status === 200 ? download : null;
  } catch (error) {
    if (!(error instanceof DownloadFailed)) throw error;
    return error.reason === 'unreachable' || error.reason === 'dns' ? null : error.message;
  }
}

/** RFC 9728 section 3.3: the document must speak of this resource; MCP: it must name an authorization server. */
function faultOf({ body }: Download, endpoint: URL): string | null {
  const limits = { maxBytes: MAX_METADATA_BYTES, maxDepth: MAX_METADATA_DEPTH };
  const parsed = parseStrict(new TextDecoder().decode(body), limits);
  if (!parsed.ok || !isJsonObject(parsed.value)) return 'The protected resource metadata is not a JSON object.';
  const { resource, authorization_servers: servers } = parsed.value;
  if (!covers(resource, endpoint)) return 'The protected resource metadata is about another resource.';
  if (!Array.isArray(servers) || servers.length === 0 || !servers.every(isIssuer)) {
    return 'The protected resource metadata names no authorization server with an https URL.';
  }
  return null;
}

/** The resource is the endpoint itself or what it lies under, on the same origin: what clients accept. */
function covers(resource: JsonValue | undefined, endpoint: URL): boolean {
  if (typeof resource !== 'string' || !URL.canParse(resource)) return false;
  const claimed = httpUrl(new URL(resource));
  if (claimed.origin !== endpoint.origin || claimed.hash !== '') return false;
  const folder = claimed.pathname.endsWith('/') ? claimed.pathname : `${claimed.pathname}/`;
  return `${endpoint.pathname}/`.startsWith(folder);
}

function isIssuer(value: JsonValue): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  return protocol === 'https:' || (protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname));
}

/** A WebSocket endpoint has its metadata on the http(s) origin of the same host. */
function httpUrl(url: URL): URL {
  return new URL(url.href.replace(/^ws/, 'http'));
}
