import { Injectable } from '@nestjs/common';
import { type Clock, isJsonObject, type JsonObject, MINUTE_MS, SECOND_MS } from '@rollcall/kernel';
import { DownloadFailed, guardedDownload, type NetworkPolicy } from '@rollcall/mcp-client';
import type { JSONWebKeySet } from 'jose';

/** The networks that issuers may be in. Nest token. */
export class FederationNetwork {
  constructor(readonly policy: NetworkPolicy) {}
}

/** An issuer whose keys cannot be had now; the sentence is for a person and carries nothing the issuer sent. */
export class IssuerUnavailable extends Error {}

type Known = { keys: Promise<JSONWebKeySet>; fetchedAt: number };

const TTL_MS = 10 * MINUTE_MS;
/** A token with an unknown key id makes us look again, and everybody can make such tokens. */
const REFRESH_MS = MINUTE_MS;
const FAILURE_TTL_MS = 10 * SECOND_MS;
const TIMEOUT_MS = 5_000;
const MAX_BYTES = 256 * 1024;
const MAX_KEYS = 50;

/** The published keys of issuers, remembered for ten minutes. Asked only for issuers that a rule names. */
@Injectable()
export class OidcIssuers {
  private readonly known = new Map<string, Known & { failed: boolean }>();

  constructor(private readonly network: FederationNetwork) {}

  /** The issuer's keys; throws {@link IssuerUnavailable}. */
  keys(issuer: string, clock: Clock): Promise<JSONWebKeySet> {
    const present = this.known.get(issuer);
    const age = present ? clock.now().getTime() - present.fetchedAt : Number.POSITIVE_INFINITY;
    if (present && age >= 0 && age < (present.failed ? FAILURE_TTL_MS : TTL_MS)) return present.keys;
    return this.fetch(issuer, clock);
  }

  /** Looks again for keys that were not there, at most once a minute; null when that was too short a time ago. */
  refreshed(issuer: string, clock: Clock): Promise<JSONWebKeySet> | null {
    const present = this.known.get(issuer);
    if (present && Math.abs(clock.now().getTime() - present.fetchedAt) < REFRESH_MS) return null;
    return this.fetch(issuer, clock);
  }

  private fetch(issuer: string, clock: Clock): Promise<JSONWebKeySet> {
    const entry = { keys: this.download(issuer), fetchedAt: clock.now().getTime(), failed: false };
    entry.keys.catch(() => {
      entry.failed = true;
    });
    this.known.set(issuer, entry);
    return entry.keys;
  }

  private async download(issuer: string): Promise<JSONWebKeySet> {
    const discovery = await this.document(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    if (discovery['issuer'] !== issuer) throw new IssuerUnavailable('Its discovery document names another issuer.');
    const jwksUri = discovery['jwks_uri'];
    if (typeof jwksUri !== 'string' || !URL.canParse(jwksUri)) {
      throw new IssuerUnavailable('Its discovery document names no keys.');
    }
    const keysUrl = new URL(jwksUri);
    // a plain http issuer is one that a network policy let in for itself, not for others
    if (keysUrl.protocol !== 'https:' && keysUrl.origin !== new URL(issuer).origin) {
      throw new IssuerUnavailable('Its keys are not served over https.');
    }
    const { keys } = await this.document(keysUrl.href);
    if (!Array.isArray(keys)) throw new IssuerUnavailable('Its key document has no keys.');
    return { keys: keys.filter(isJsonObject).slice(0, MAX_KEYS) as unknown as JSONWebKeySet['keys'] };
  }

  private async document(url: string): Promise<JsonObject> {
    try {
      const limits = { network: this.network.policy, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES };
      const { status, body } = await guardedDownload(url, { ...limits, headers: { accept: 'application/json' } });
      if (status !== 200) throw new IssuerUnavailable(`It answered with status ${status}.`);
      return objectOf(new TextDecoder().decode(body));
    } catch (error) {
      if (error instanceof DownloadFailed) throw new IssuerUnavailable(error.message);
      throw error;
    }
  }
}

function objectOf(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // the only thing JSON.parse throws is a SyntaxError about the text
    value = null;
  }
  if (!isJsonObject(value)) throw new IssuerUnavailable('It does not answer with a JSON object.');
  return value;
}
