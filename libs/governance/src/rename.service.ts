import { Injectable } from '@nestjs/common';
import { AccessService } from '@rollcall/access';
import { AuditLog } from '@rollcall/audit';
import type { RequestContext } from '@rollcall/kernel';
import { isUniqueViolation, Outbox, TransactionRunner, type Tx, withAdvisoryLock } from '@rollcall/persistence';
import {
  defaultAlias,
  isAlias,
  policyChanged,
  requireServerName,
  ServerCatalog,
  type ServerRef,
} from '@rollcall/registry';
import { renameRefused } from './governance.errors.js';
import { SERVER_RENAMED } from './governance.events.js';

/** The name a server goes on under; the alias is the new one's, the old server keeps its own. */
export type RenameInput = { server: ServerRef; name: string; alias?: string | null };
type Old = Awaited<ReturnType<ServerCatalog['server']>>;

const NAME = /^[A-Za-z0-9.-]{3,200}\/[A-Za-z0-9._-]{1,200}$/;
const MAX_CHAIN = 20;

/**
 * Says under which name a server goes on. Versions stay what they are, under the name they were published with: manifests are
 * immutable and name their server. From then on nothing is published under the old name, and its readers see the new one.
 */
@Injectable()
export class RenameService {
  constructor(
    private readonly access: AccessService,
    private readonly catalog: ServerCatalog,
    private readonly transactions: TransactionRunner,
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
  ) {}

  /** Returns the id of the server that goes on. Refuses with RENAME_REFUSED, FORBIDDEN or NOT_FOUND. */
  async rename(ctx: RequestContext, input: RenameInput): Promise<string> {
    const old = await this.catalog.server(ctx, input.server, 'server.rename');
    requireServerName(ctx, old.name);
    requireServerName(ctx, input.name);
    if (!NAME.test(input.name))
      throw renameRefused(`"${input.name}" is not namespace/name.`, 'Use for example com.acme/ledger.');
    if (input.name === old.name) throw renameRefused('That is its name already.', 'Name another one.');
    const permitted = await this.access.visibility(ctx, 'version.publish');
    const alias = input.alias ?? defaultAlias(input.name);
    try {
      return await this.transactions.run(async (tx) => {
        await withAdvisoryLock(tx, `publish:${ctx.organizationId}:${old.name}`);
        await withAdvisoryLock(tx, `publish:${ctx.organizationId}:${input.name}`);
        const namespace = await this.namespaceOf(tx, ctx, input.name);
        if (!permitted.all && !(namespace && permitted.teamIds.includes(namespace.teamId))) throw notOwned(input.name);
        if (!namespace) throw notOwned(input.name);
        const next = await this.nextServer(tx, ctx, { old, namespace, name: input.name, alias });
        if (!permitted.all && !permitted.teamIds.includes(next.teamId)) throw notOwned(input.name);
        await this.assertEnds(tx, old, next);
        await this.link(tx, ctx, old, { id: next.id, name: input.name });
        return next.id;
      });
    } catch (error) {
      if (!isUniqueViolation(error, 'servers_organization_alias_key')) throw error;
      throw renameRefused(`Another server already uses the alias "${alias}".`, 'Choose another one with --alias.');
    }
  }

  private namespaceOf(tx: Tx, ctx: RequestContext, server: string) {
    const name = server.slice(0, server.indexOf('/'));
    return tx.namespace.findUnique({ where: { organizationId_name: { organizationId: ctx.organizationId, name } } });
  }

  /** The server of the new name, made when there is none. */
  private async nextServer(
    tx: Tx,
    ctx: RequestContext,
    {
      old,
      namespace,
      name,
      alias,
    }: { old: Old; namespace: { id: string; teamId: string }; name: string; alias: string },
  ): Promise<{ id: string; teamId: string }> {
    const { organizationId } = ctx;
    const present = await tx.server.findUnique({ where: { organizationId_name: { organizationId, name } } });
    if (present) return present;
    if (!isAlias(alias)) throw renameRefused(`"${alias}" cannot be an alias.`, 'Choose another one with --alias.');
    return tx.server.create({
      data: {
        id: ctx.ids.next('srv'),
        organizationId,
        namespaceId: namespace.id,
        teamId: old.teamId,
        name,
        alias,
        title: old.title,
        description: old.description,
        contact: old.contact,
        criticality: old.criticality,
        dataClass: old.dataClass,
        createdAt: ctx.clock.now(),
      },
    });
  }

  /** Following names must come to an end. */
  private async assertEnds(tx: Tx, old: Old, next: { id: string }): Promise<void> {
    const now = await tx.server.findUniqueOrThrow({ where: { id: old.id } });
    if (now.renamedToId !== null)
      throw renameRefused(`${old.name} was renamed already.`, 'Rename the server it goes on as.');
    let id: string | null = next.id;
    for (let hop = 0; id !== null && hop < MAX_CHAIN; hop++) {
      if (id === old.id) throw renameRefused('The new name leads back to this one.', 'Name another one.');
      id = (await tx.server.findUniqueOrThrow({ where: { id }, select: { renamedToId: true } })).renamedToId;
    }
    if (id !== null) throw renameRefused('That name was renamed too many times.', 'Name the last one of them.');
  }

  private async link(tx: Tx, ctx: RequestContext, old: Old, next: { id: string; name: string }): Promise<void> {
    await tx.server.update({ where: { id: old.id }, data: { renamedToId: next.id } });
    // what an owner said about an end says more than this
    await tx.serverVersion.updateMany({
      where: { serverId: old.id, state: { in: ['canary', 'active', 'deprecated'] }, statusMessage: null },
      data: { statusMessage: `Renamed to ${next.name}.`, updatedAt: ctx.clock.now() },
    });
    await this.audit.append(tx, ctx, {
      action: 'server.rename',
      subject: `server:${old.name}`,
      data: { name: next.name, server: next.id },
    });
    await this.outbox.append(tx, {
      organizationId: ctx.organizationId,
      topic: SERVER_RENAMED,
      payload: { serverId: old.id, renamedToId: next.id },
    });
    await this.outbox.append(tx, policyChanged(ctx.organizationId));
  }
}

function notOwned(name: string) {
  const namespace = name.slice(0, name.indexOf('/'));
  return renameRefused(
    `No team of yours owns the namespace "${namespace}", or the server "${name}".`,
    'Choose a name of your own.',
  );
}
