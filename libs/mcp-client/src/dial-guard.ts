import { lookup as resolveName } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { types } from 'node:util';
import type { InspectionOutcome } from './inspection.js';
import {
  isDialable,
  type NetworkPolicy,
  normalizeAddress,
  type PinnedAddress,
  type Resolver,
} from './network-policy.js';
import { type SessionTape, SessionTripped } from './session-tape.js';

/** The platform's own resolver: hosts file included. */
export const systemResolver: Resolver = async (hostname) =>
  (await resolveName(hostname, { all: true, verbatim: true })).map((entry) => entry.address);

/** Which addresses each host name may be dialled at, from the one time it was resolved and judged. */
export type Pins = Map<string, PinnedAddress[]>;

/** What one inspection needs to decide whether a host is dialled. */
export type DialGuard = { policy: NetworkPolicy; tape: SessionTape; pins: Pins; resolve?: Resolver };

/** Resolves, judges and pins the host of a URL with one of these schemes (`https:`), or trips the tape. */
export async function admit(guard: DialGuard, url: URL, schemes: readonly [string, string]): Promise<void> {
  const { tape, pins, policy } = guard;
  const refuse = (detail: string): never => tape.abort({ outcome: 'refused_by_policy', detail });
  if (!schemes.includes(url.protocol)) {
    const [one, other] = schemes.map((scheme) => scheme.replace(':', ''));
    refuse(`Only ${one} and ${other} are dialled, not ${url.protocol}`);
  }
  if (url.username !== '' || url.password !== '') refuse('The URL carries credentials; send them as a header.');
  if (pins.has(url.hostname)) return;
  const literal = normalizeAddress(url.hostname);
  const addresses = literal === null ? await addressesOf(guard, url.hostname) : [literal.address];
  const dialable = addresses.filter((address) => isDialable(address, policy)).map(normalizeAddress);
  if (dialable.length === 0) {
    refuse(
      `${url.hostname} is at ${addresses.join(', ')}: a private or special address the network policy does not allow.`,
    );
  }
  pins.set(
    url.hostname,
    dialable.filter((pin) => pin !== null),
  );
}

async function addressesOf(guard: DialGuard, hostname: string): Promise<string[]> {
  try {
    const addresses = await (guard.resolve ?? systemResolver)(hostname);
    if (addresses.length > 0) return addresses;
  } catch (error) {
    if (errorCode(error) === null) throw error;
  }
  return guard.tape.abort({ outcome: 'dns', detail: `The name ${hostname} does not resolve.` });
}

/** The only look-up a socket can make: what `admit` pinned, nothing else. */
export function pinnedLookup(pins: Pins): LookupFunction {
  return (hostname, options, callback) => {
    const pinned = pins.get(hostname) ?? [];
    const [first] = pinned;
    if (first === undefined) callback(new Error(`${hostname} was not admitted by the network policy.`), '', 4);
    else if (options.all) callback(null, pinned);
    else callback(null, first.address, first.family);
  };
}

const TLS_CODE =
  /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_|EPROTO$|HOSTNAME_MISMATCH)/;
const TIMEOUT_CODE = /^(UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT|ETIMEDOUT)$/;
/** HPE_: the HTTP parser of Node; the others: limits and rules of the HTTP client that the answer broke. */
const NOT_HTTP_CODE = /^(HPE_|UND_ERR_(HEADERS_OVERFLOW|RES_|RESPONSE|INVALID_HEADER))/;

/** What a failed dial or a broken connection says about the server; null when it says nothing. */
export function networkFault(error: unknown): { outcome: InspectionOutcome; detail: string } | null {
  if (error instanceof SessionTripped || !types.isNativeError(error)) return null;
  const cause = error.cause ?? error;
  const code =
    errorCode(cause) ?? (error.message === 'fetch failed' && types.isNativeError(cause) ? cause.message : null);
  if (code === null) return null;
  if (NOT_HTTP_CODE.test(code)) return { outcome: 'protocol_violation', detail: `The answer is not HTTP (${code}).` };
  if (TLS_CODE.test(code)) return { outcome: 'tls', detail: `The TLS handshake failed (${code}).` };
  if (TIMEOUT_CODE.test(code)) return { outcome: 'timeout', detail: `The server did not answer in time (${code}).` };
  return { outcome: 'unreachable', detail: `The connection failed (${code}).` };
}

/** The system code of an error, looking into the attempts of a dial that tried several addresses. */
export function errorCode(error: unknown): string | null {
  // Not `instanceof`: an error of Node itself belongs to another realm when this code runs in a vm context.
  if (!types.isNativeError(error)) return null;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'errors' in error && Array.isArray(error.errors) ? errorCode(error.errors[0]) : null;
}
