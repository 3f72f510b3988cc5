import { randomBytes } from 'node:crypto';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { err, ok, type Result } from '@rollcall/kernel';
import { systemResolver } from './dial-guard.js';
import type { InspectionOutcome } from './inspection.js';
import {
  isDialable,
  type NetworkPolicy,
  normalizeAddress,
  type PinnedAddress,
  type Resolver,
} from './network-policy.js';

/** Where a program that dials by itself is let through to, and within which limits. */
export type PinnedProxyOptions = {
  url: string;
  policy: NetworkPolicy;
  /** Of all bodies together, both ways; default 20 MB. */
  maxTotalBytes?: number;
  /** Requests before the door closes; default 1000. */
  maxRequests?: number;
  /** For the answer to begin and for each pause within it; default 20 000. */
  idleTimeoutMs?: number;
  resolve?: Resolver;
};

/** A loopback address that leads to one endpoint and nowhere else. */
export type PinnedProxy = { url: string; close(): Promise<void> };

/** Why there is none. */
export type ProxyRefusal = { outcome: InspectionOutcome; detail: string };

/** Belong to one connection and are not passed on (RFC 9110 section 7.6.1); `location` could lead the program elsewhere. */
const NOT_FORWARDED = /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|location)$/i;

/**
 * Opens a door on loopback for a program that is not ours. The name is resolved once and judged by the policy, and every
 * request goes to that address: a second DNS answer changes nothing, and a redirect is turned into an error. `Host` and
 * `Origin` that name the door become those of the endpoint; any other value is passed on as it is.
 */
export async function openPinnedProxy(options: PinnedProxyOptions): Promise<Result<PinnedProxy, ProxyRefusal>> {
  const target = URL.canParse(options.url) ? new URL(options.url) : null;
  if (target === null || !/^https?:$/.test(target.protocol) || target.username !== '' || target.password !== '') {
    return refused('Only an http or https URL without credentials is dialled.');
  }
  const pin = await pinOf(target, options);
  if (!pin.ok) return pin;
  const path = `/${randomBytes(16).toString('hex')}`;
  const door: Door = { target, pin: pin.value, path, authority: '', left: budgetOf(options), options };
  const server = createServer((request, response) => forward(door, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  door.authority = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return ok({
    url: `http://${door.authority}${path}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

type Budget = { bytes: number; requests: number };
type Door = {
  target: URL;
  pin: PinnedAddress;
  path: string;
  authority: string;
  left: Budget;
  options: PinnedProxyOptions;
};

const budgetOf = (options: PinnedProxyOptions): Budget => ({
  bytes: options.maxTotalBytes ?? 20_000_000,
  requests: options.maxRequests ?? 1_000,
});

const refused = (detail: string): Result<never, ProxyRefusal> => err({ outcome: 'refused_by_policy', detail });

async function pinOf(target: URL, options: PinnedProxyOptions): Promise<Result<PinnedAddress, ProxyRefusal>> {
  const literal = normalizeAddress(target.hostname);
  const found = literal === null ? await lookUp(target.hostname, options) : [literal.address];
  if (found.length === 0) return err({ outcome: 'dns', detail: `The name ${target.hostname} does not resolve.` });
  const pin = found.filter((address) => isDialable(address, options.policy)).map(normalizeAddress)[0];
  if (pin) return ok(pin);
  return refused(
    `${target.hostname} is at ${found.join(', ')}: a private or special address the network policy does not allow.`,
  );
}

async function lookUp(hostname: string, options: PinnedProxyOptions): Promise<string[]> {
  return (options.resolve ?? systemResolver)(hostname).catch((error: NodeJS.ErrnoException) => {
    if (error.code === undefined) throw error;
    return [];
  });
}

function forward(door: Door, request: IncomingMessage, response: ServerResponse): void {
  const { target, pin, left } = door;
  // the path is a secret of whoever opened the door: other programs of this machine have no way through
  if (request.url !== door.path) return void response.writeHead(404).end();
  left.requests -= 1;
  if (left.requests < 0) return void response.writeHead(429).end();
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
  const outgoing = send({
    host: pin.address,
    family: pin.family,
    port: target.port === '' ? undefined : Number(target.port),
    path: `${target.pathname}${target.search}`,
    method: request.method,
    headers: headersOf(door, request.rawHeaders),
    setHost: false,
    agent: false,
    timeout: door.options.idleTimeoutMs ?? 20_000,
    ...(normalizeAddress(target.hostname) === null ? { servername: target.hostname } : {}),
  });
  const fail = () => {
    outgoing.destroy();
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end();
  };
  outgoing.on('error', fail);
  outgoing.on('timeout', fail);
  response.on('close', () => outgoing.destroy());
  outgoing.on('response', (answer) => {
    const status = answer.statusCode ?? 502;
    // a redirect is the one way a server has to make the program dial by itself
    if (status >= 300 && status < 400) return fail();
    response.writeHead(status, passedOn(answer.rawHeaders).flat());
    pump(door, answer, response, fail);
  });
  pump(door, request, outgoing, fail);
}

function pump(door: Door, from: IncomingMessage, to: NodeJS.WritableStream, fail: () => void): void {
  from.on('data', (chunk: Buffer) => {
    door.left.bytes -= chunk.byteLength;
    if (door.left.bytes < 0) return fail();
    if (!to.write(chunk)) {
      from.pause();
      to.once('drain', () => from.resume());
    }
  });
  from.on('end', () => to.end());
  from.on('error', fail);
}

function headersOf(door: Door, raw: readonly string[]): string[] {
  return passedOn(raw).flatMap(([name, value]) => {
    const lower = name.toLowerCase();
    if (lower === 'host' && value === door.authority) return [name, door.target.host];
    if (lower === 'origin' && value === `http://${door.authority}`) return [name, door.target.origin];
    return [name, value];
  });
}

function passedOn(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [name, value] = [raw[at] ?? '', raw[at + 1] ?? ''];
    if (!NOT_FORWARDED.test(name)) pairs.push([name, value]);
  }
  return pairs;
}
