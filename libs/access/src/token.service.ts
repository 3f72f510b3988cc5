import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Clock, type Ids, MINUTE_MS } from '@rollcall/kernel';
import type { Tx } from '@rollcall/persistence';
import { ALL_SCOPES } from './access.service.js';
import { AccessStore, type TokenOwner } from './access.store.prisma.js';

/** Prefix of every token we issue, so that secret scanners find one that leaked. */
export const TOKEN_PREFIX = 'rcl_';

const TOKEN_SHAPE = /^rcl_[A-Za-z0-9_-]{43}$/;

/** A new bearer token (256 random bits) and the only thing that is kept of it. */
export function newToken(): { token: string; sha256: string } {
  const token = TOKEN_PREFIX + randomBytes(32).toString('base64url');
  return { token, sha256: tokenDigest(token) };
}

/** Hex SHA-256 of a token, as stored and as carried in bundles. */
export function tokenDigest(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Issues and recognises API tokens. */
@Injectable()
export class TokenService {
  constructor(private readonly store: AccessStore) {}

  /** Finds the caller behind an `Authorization` header; null for a missing, malformed, unknown, expired or revoked token, and for a disabled one's. */
  async authenticate(header: string | undefined, clock: Clock): Promise<TokenOwner | null> {
    const token = header?.match(/^Bearer ([^\s]+)$/)?.[1];
    if (!token || !TOKEN_SHAPE.test(token)) return null;
    const now = clock.now();
    const owner = await this.store.findToken(tokenDigest(token), now);
    if (!owner) return null;
    // once a minute is enough to answer "when was it last used", and keeps the hot path free of writes
    if (!owner.lastUsedAt || now.getTime() - owner.lastUsedAt.getTime() > MINUTE_MS) {
      await this.store.touchToken(owner.tokenId, now);
    }
    return owner;
  }

  /** Issues a token in the caller's transaction; the plain text is returned once and never stored. */
  async issue(
    tx: Tx,
    issuer: { clock: Clock; ids: Ids },
    input: {
      organizationId: string;
      principalId: string;
      name: string;
      expiresAt?: Date | null;
      /** Actions the token is limited to; without it: to nothing. */
      scopes?: readonly string[];
      createdBy?: string;
    },
  ): Promise<string> {
    const { token, sha256 } = newToken();
    await tx.apiToken.create({
      data: {
        id: issuer.ids.next('tok'),
        organizationId: input.organizationId,
        principalId: input.principalId,
        name: input.name,
        sha256,
        scopes: [...(input.scopes ?? [ALL_SCOPES])],
        createdBy: input.createdBy ?? null,
        createdAt: issuer.clock.now(),
        expiresAt: input.expiresAt ?? null,
      },
    });
    return token;
  }

  /** The stored row of a token that was just issued in this transaction. */
  find(tx: Tx, token: string) {
    return tx.apiToken.findUniqueOrThrow({ where: { sha256: tokenDigest(token) } });
  }

  /** Revokes every token of a principal with this name, so that a re-issued one replaces it. */
  async revoke(
    tx: Tx,
    clock: Clock,
    input: { organizationId: string; principalId: string; name: string },
  ): Promise<void> {
    await tx.apiToken.updateMany({ where: { ...input, revokedAt: null }, data: { revokedAt: clock.now() } });
  }
}
