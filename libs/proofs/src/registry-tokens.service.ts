import { Injectable } from '@nestjs/common';
import { type Action, ALL_SCOPES, Runtime } from '@rollcall/access';
import { MINUTE_MS, type Principal, type PrincipalKind, type RequestContext } from '@rollcall/kernel';
import { asSystem, PrismaService } from '@rollcall/persistence';
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { openTokenKey, type TokenKey, TokenKeyLocation } from './token-key.file.js';

/** How the holder showed who they are, as the token's claims name it. */
export type AuthMethod = 'dns' | 'http' | 'github-at' | 'github-oidc' | 'oidc' | 'none';

/** The answer of a token exchange; `expires_at` is in Unix seconds. */
export type IssuedToken = { registry_token: string; expires_at: number };

/** What a registry token is good for, and for whom it speaks. */
export type RegistryCaller = {
  principal: Principal;
  organizationId: string;
  /** Patterns of server names: `com.acme/*`, `com.acme.*`. */
  serverNames: string[];
  /** Publishing and what surrounds it; nothing else, whatever the principal's roles allow. */
  scopes: Action[];
};

/** Who a token is issued to. */
export type TokenGrant = {
  method: AuthMethod;
  /** What was proved: a domain, an account name, a federated subject. */
  subject: string;
  serverNames: readonly string[];
  /** Actions the token is limited to beyond {@link REGISTRY_TOKEN_SCOPES}; absent or with `*`: no further. */
  scopes?: readonly string[];
};

/** The actions a registry token carries. */
export const REGISTRY_TOKEN_SCOPES = [
  'server.read',
  'version.publish',
  'version.inspect',
  'version.check',
  'version.submit',
  'version.deprecate',
  'version.restore',
  'version.decommission',
] as const satisfies readonly Action[];

const LIFETIME_MS = 5 * MINUTE_MS;
const ISSUER = 'rollcall';
const AUDIENCE = 'rollcall-registry';
const TYPE = 'registry+jwt';
/** A JWT of ours with 100 namespaces stays far below this. */
const MAX_TOKEN_CHARS = 16_384;

const CLAIMS = z.object({
  sub: z.string().min(1),
  'dev.rollcall/organization': z.string().min(1),
  'dev.rollcall/scopes': z.array(z.string()),
  permissions: z.array(z.object({ action: z.enum(['publish', 'edit']), resource: z.string().min(1) })),
});

/** What a registry token may carry of a credential's actions. */
function scopesOf(limits: readonly string[] = [ALL_SCOPES]): Action[] {
  return REGISTRY_TOKEN_SCOPES.filter((action) => limits.includes(ALL_SCOPES) || limits.includes(action));
}

/** Registry tokens: Ed25519 JWTs of five minutes for one principal of one organization, limited to names it has proved. */
@Injectable()
export class RegistryTokens {
  private key: TokenKey | undefined;

  constructor(
    private readonly location: TokenKeyLocation,
    private readonly prisma: PrismaService,
    private readonly runtime: Runtime,
  ) {}

  /** Issues one to the context's principal. */
  async issue(ctx: RequestContext, grant: TokenGrant): Promise<IssuedToken> {
    const now = ctx.clock.now();
    const expiresAt = Math.floor((now.getTime() + LIFETIME_MS) / 1000);
    const token = await new SignJWT({
      auth_method: grant.method,
      auth_method_sub: grant.subject,
      permissions: grant.serverNames.map((resource) => ({ action: 'publish', resource })),
      'dev.rollcall/organization': ctx.organizationId,
      'dev.rollcall/principal': ctx.principal.handle,
      'dev.rollcall/scopes': scopesOf(grant.scopes),
    })
      .setProtectedHeader({ alg: 'EdDSA', typ: TYPE })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(ctx.principal.id)
      .setJti(ctx.requestId)
      .setIssuedAt(now)
      .setExpirationTime(expiresAt)
      .sign(this.open().privateKey);
    return { registry_token: token, expires_at: expiresAt };
  }

  /**
   * Who a token speaks for; null when it is not ours, has expired, its principal is gone or disabled, or it was issued for
   * another organization than `organizationId`.
   */
  async verify(token: string, organizationId?: string): Promise<RegistryCaller | null> {
    const claims = token.length > MAX_TOKEN_CHARS ? null : await this.claims(token);
    if (claims === null) return null;
    const issuedFor = claims['dev.rollcall/organization'];
    if (organizationId !== undefined && organizationId !== issuedFor) return null;
    // the token itself says whose request this is, so nothing has entered an organization yet
    const row = await asSystem(() =>
      this.prisma.principal.findFirst({ where: { id: claims.sub, organizationId: issuedFor, disabledAt: null } }),
    );
    if (!row) return null;
    return {
      principal: { id: row.id, kind: row.kind as PrincipalKind, handle: row.handle },
      organizationId: issuedFor,
      serverNames: claims.permissions.map((permission) => permission.resource),
      scopes: scopesOf(claims['dev.rollcall/scopes']),
    };
  }

  /** Makes or opens the key now instead of with the first token. */
  open(): TokenKey {
    this.key ??= openTokenKey(this.location);
    return this.key;
  }

  private async claims(token: string): Promise<z.infer<typeof CLAIMS> | null> {
    try {
      const { payload } = await jwtVerify(token, this.open().publicKey, {
        algorithms: ['EdDSA'],
        typ: TYPE,
        issuer: ISSUER,
        audience: AUDIENCE,
        currentDate: this.runtime.clock.now(),
        requiredClaims: ['sub', 'exp', 'iat'],
      });
      return CLAIMS.safeParse(payload).data ?? null;
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }
}
