import type { IncomingMessage } from 'node:http';

/** What the guard lets in. */
export type GuardRules = {
  /** Lower-case host names (no port) a request may be addressed to. */
  hosts: ReadonlySet<string>;
  /** Exact origins (`https://app.example`) of browser pages that may call. */
  origins: ReadonlySet<string>;
};

/** A request that must not be served. */
export type GuardDenial = { status: 400 | 403; code: 'HOST_NOT_ALLOWED' | 'ORIGIN_NOT_ALLOWED'; message: string };

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Rules from configuration: loopback names, the public URL's host, and what the operator adds. */
export function guardRules(publicUrl: string, hosts: readonly string[], origins: readonly string[]): GuardRules {
  const own = new URL(publicUrl);
  return {
    hosts: new Set(
      [...LOOPBACK, own.hostname, ...hosts.map((host) => hostName(host) ?? host)].map((h) => h.toLowerCase()),
    ),
    origins: new Set(origins.map((origin) => origin.toLowerCase())),
  };
}

/**
 * DNS-rebinding defence (2025-11-25 and 2026-07-28, "Streamable HTTP, Security"): Host must be a name we answer to, and a
 * request that carries a foreign Origin is refused on every bind address, not only on loopback.
 */
export function checkRequest(request: IncomingMessage, rules: GuardRules): GuardDenial | null {
  const host = hostName(request.headers.host ?? '');
  if (host === null || !rules.hosts.has(host)) {
    return { status: 403, code: 'HOST_NOT_ALLOWED', message: 'This gateway does not answer to that host name.' };
  }
  const origin = request.headers.origin;
  if (origin !== undefined && !rules.origins.has(origin.toLowerCase())) {
    return { status: 403, code: 'ORIGIN_NOT_ALLOWED', message: 'Pages of that origin may not call this gateway.' };
  }
  return null;
}

/** The lower-case name of a Host header value without its port; null when it is not one. */
function hostName(value: string): string | null {
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?$/.exec(value);
  return match?.[1]?.toLowerCase() ?? null;
}
