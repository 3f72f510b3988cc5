import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AccessService } from '@rollcall/access';
import { AuditLog } from '@rollcall/audit';
import type { RequestContext } from '@rollcall/kernel';
import { PrismaService, TransactionRunner } from '@rollcall/persistence';

/** 192 bits: nobody guesses the path under which clients without credentials read the catalogue. */
const KEY_BYTES = 24;

/** The path for clients that cannot send credentials: who knows it reads the catalogue, until it is changed or taken back. */
@Injectable()
export class CatalogueKeys {
  constructor(
    private readonly prisma: PrismaService,
    private readonly access: AccessService,
    private readonly transactions: TransactionRunner,
    private readonly audit: AuditLog,
  ) {}

  /** The key in force, null when the catalogue is not shared. */
  async current(ctx: RequestContext): Promise<string | null> {
    await this.access.authorize(ctx, 'catalogue.share');
    const row = await this.prisma.organization.findUniqueOrThrow({ where: { id: ctx.organizationId } });
    return row.catalogueKey;
  }

  /** A new key; the one before it stops at once. */
  rotate(ctx: RequestContext): Promise<string> {
    return this.change(ctx, 'rotated', randomBytes(KEY_BYTES).toString('base64url'));
  }

  /** No key: the catalogue is for callers with credentials only. */
  async revoke(ctx: RequestContext): Promise<void> {
    await this.change(ctx, 'revoked', null);
  }

  private async change<K extends string | null>(ctx: RequestContext, what: string, catalogueKey: K): Promise<K> {
    await this.access.authorize(ctx, 'catalogue.share');
    await this.transactions.run(async (tx) => {
      await tx.organization.update({ where: { id: ctx.organizationId }, data: { catalogueKey } });
      await this.audit.append(tx, ctx, {
        action: 'catalogue.share',
        subject: `organization:${ctx.organizationId}`,
        // the key itself is a secret
        data: { change: what },
      });
    });
    return catalogueKey;
  }
}
