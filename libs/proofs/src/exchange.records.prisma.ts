import { Injectable } from '@nestjs/common';
import { Runtime } from '@rollcall/access';
import { AuditLog } from '@rollcall/audit';
import type { Principal } from '@rollcall/kernel';
import { TransactionRunner } from '@rollcall/persistence';
import { type IssuedToken, RegistryTokens, type TokenGrant } from './registry-tokens.service.js';

/** Who an exchange ended in, and in which request. */
export type ExchangedCaller = { organizationId: string; requestId: string; principal: Principal };

/** The last step of every exchange: the token, and the line on the audit log that it was given out. */
@Injectable()
export class ExchangeRecords {
  constructor(
    private readonly tokens: RegistryTokens,
    private readonly transactions: TransactionRunner,
    private readonly audit: AuditLog,
    private readonly runtime: Runtime,
  ) {}

  async issue(caller: ExchangedCaller, grant: TokenGrant): Promise<IssuedToken> {
    const { organizationId, requestId, principal } = caller;
    const ctx = { ...this.runtime.systemContext(organizationId, requestId), principal };
    const issued = await this.tokens.issue(ctx, grant);
    await this.transactions.run((tx) =>
      this.audit.append(tx, ctx, {
        action: 'registry_token.issue',
        subject: `principal:${principal.handle}`,
        data: { method: grant.method, subject: grant.subject, serverNames: [...grant.serverNames] },
      }),
    );
    return issued;
  }
}
