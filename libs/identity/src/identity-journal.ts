import { Injectable } from '@nestjs/common';
import { type AuditEntry, AuditLog } from '@rollcall/audit';
import type { JsonObject, RequestContext } from '@rollcall/kernel';
import { Outbox, type Tx } from '@rollcall/persistence';
import type { IdentityTopic } from './identity.events.js';

/** What a change writes beside itself: `entry` for the audit log, `payload` for whoever follows the topic. */
export type JournalEntry = { topic: IdentityTopic; payload: JsonObject; entry: AuditEntry };

/** Writes audit event and outbox event of a change in the transaction of the change. */
@Injectable()
export class IdentityJournal {
  constructor(
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
  ) {}

  async write(tx: Tx, ctx: RequestContext, { topic, payload, entry }: JournalEntry): Promise<void> {
    await this.audit.append(tx, ctx, entry);
    await this.outbox.append(tx, { organizationId: ctx.organizationId, topic, payload });
  }
}
