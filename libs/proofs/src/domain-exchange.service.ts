import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Runtime } from '@rollcall/access';
import { MINUTE_MS, SECOND_MS } from '@rollcall/kernel';
import { ExchangeRecords } from './exchange.records.prisma.js';
import { ProofAccountRecords } from './proof-account.records.prisma.js';
import { isDomain, reversed } from './proof-domain.js';
import { fingerprint, momentOf, type ProofKey, proofKeys, signingKey } from './proof-record.js';
import { exchangeInvalid, proofFailed } from './proofs.errors.js';
import { PublishedTexts } from './published-texts.adapter.js';
import type { IssuedToken } from './registry-tokens.service.js';

/** Where an exchange happens: the organization it is for, and the request. */
export type ExchangeScope = { organizationId: string; requestId: string };

/** A domain, an RFC 3339 timestamp, and the hex signature over that timestamp's text. */
export type DomainProof = { domain: string; timestamp: string; signedTimestamp: string };

/** How far a signed timestamp may be from our clock, either way. */
const WINDOW_MS = 15 * SECOND_MS;
/** Replicas' clocks differ: a proof is remembered for longer than one of them accepts it. */
const REPLICA_SKEW_MS = MINUTE_MS;
/** The record's path below `/.well-known/`. */
export const AUTH_DOCUMENT = 'mcp-registry-auth';

type Method = 'dns' | 'http';

/** Registry tokens for whoever holds the key that a domain publishes. */
@Injectable()
export class DomainExchange {
  constructor(
    private readonly published: PublishedTexts,
    private readonly accounts: ProofAccountRecords,
    private readonly records: ExchangeRecords,
    private readonly runtime: Runtime,
  ) {}

  /**
   * Exchanges a proof by TXT record (`dns`: the domain's namespace and all below it) or by well-known document (`http`: the
   * namespace only). Refuses with INVALID_REQUEST, PROOF_FAILED, NAMESPACE_UNCLAIMED or ACCOUNT_DISABLED.
   */
  async exchange(scope: ExchangeScope, method: Method, proof: DomainProof): Promise<IssuedToken> {
    const domain = proof.domain.toLowerCase();
    if (!isDomain(domain)) throw exchangeInvalid('"domain" must be a domain name such as example.com.');
    const moment = momentOf(proof.timestamp);
    if (!moment) throw exchangeInvalid('"timestamp" must be an RFC 3339 date and time such as 2026-11-20T12:00:00Z.');
    if (!/^(?:[0-9a-f]{2}){64,96}$/i.test(proof.signedTimestamp)) {
      throw exchangeInvalid('"signed_timestamp" must be the signature in hexadecimal digits.');
    }
    if (Math.abs(moment.getTime() - this.runtime.clock.now().getTime()) > WINDOW_MS) {
      throw proofFailed(
        'The signed timestamp is more than 15 seconds away from the time here.',
        'Set the clock of the machine that signs, and sign the current time.',
      );
    }
    const key = await this.verified(method, domain, proof);
    const namespace = reversed(domain);
    const keyFingerprint = fingerprint(key);
    const principal = await this.accounts.enter(scope.organizationId, scope.requestId, {
      method,
      subject: domain,
      namespaces: [namespace],
      below: method === 'dns',
      once: {
        digest: createHash('sha256').update(`${domain}\n${keyFingerprint}\n${proof.timestamp}`).digest('hex'),
        expiresAt: new Date(moment.getTime() + WINDOW_MS + REPLICA_SKEW_MS),
      },
      detail: { domain, key: keyFingerprint },
    });
    const serverNames = method === 'dns' ? [`${namespace}/*`, `${namespace}.*`] : [`${namespace}/*`];
    return this.records.issue({ ...scope, principal }, { method, subject: domain, serverNames });
  }

  private async verified(method: Method, domain: string, proof: DomainProof): Promise<ProofKey> {
    const answer =
      method === 'dns' ? await this.published.dns(domain) : await this.published.wellKnown(domain, AUTH_DOCUMENT);
    const keys = 'texts' in answer ? proofKeys(answer.texts) : [];
    const signature = Buffer.from(proof.signedTimestamp, 'hex');
    const key = signingKey(keys, { timestamp: proof.timestamp, signature });
    if (key) return key;
    const place = method === 'dns' ? `the TXT records of ${domain}` : `https://${domain}/.well-known/${AUTH_DOCUMENT}`;
    // one sentence for every reason: a stranger must not learn what our network reaches and what not
    if (keys.length === 0) {
      throw proofFailed(
        `No key was found in ${place}.`,
        'Publish a line "v=MCPv1; k=ed25519; p=BASE64" there, reachable from the internet, without redirects, and try again.',
      );
    }
    const fingerprints = keys.map(fingerprint);
    throw proofFailed(
      `The signature fits none of the keys in ${place}: ${fingerprints.join(', ')}.`,
      'Sign with the key that is published there, or publish the new key and wait until the old record has expired.',
      { fingerprints },
    );
  }
}
