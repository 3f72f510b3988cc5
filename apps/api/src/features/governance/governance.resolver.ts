import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import {
  PolicyDryRun,
  PolicyService,
  type PolicySetInput,
  RenameService,
  type TransferRow,
  TransferService,
} from '@rollcall/governance';
import { encodeCursor, type JsonValue, type RequestContext } from '@rollcall/kernel';
import type { ServerRef } from '@rollcall/registry';
import { Ctx, Loaders } from '../../graphql/graphql-context.js';
import type { MutationName } from '../../graphql/mutation.catalogue.js';
import { MutationRunner } from '../../graphql/mutation.runner.js';
import type { RequestLoaders } from '../../graphql/request-loaders.js';

type TransferArgs = { server: ServerRef; toTeam: string; reason: string; direct?: boolean };
type RenameArgs = { server: ServerRef; name: string; alias?: string };

@Resolver()
export class GovernanceResolver {
  constructor(
    private readonly policies: PolicyService,
    private readonly dryRuns: PolicyDryRun,
    private readonly transfers: TransferService,
    private readonly renames: RenameService,
    private readonly mutations: MutationRunner,
  ) {}

  @Query('policy')
  policy(@Ctx() ctx: RequestContext) {
    return this.policies.inForce(ctx);
  }

  @Query('policyRevisions')
  async policyRevisions(@Ctx() ctx: RequestContext, @Args('first') first: number, @Args('after') after?: string) {
    const page = await this.policies.revisions(ctx, { first, after: after ?? null });
    return connection(page, (node) => encodeCursor([String(node.revision)]));
  }

  @Query('policyDryRun')
  policyDryRun(@Ctx() ctx: RequestContext, @Args('document') document: JsonValue) {
    return this.dryRuns.run(ctx, document);
  }

  @Query('serverTransfers')
  async serverTransfers(
    @Ctx() ctx: RequestContext,
    @Args('first') first: number,
    @Args('after') after?: string,
    @Args('pending') pending?: boolean,
  ) {
    const page = await this.transfers.page(ctx, { first, after: after ?? null, pending: pending ?? null });
    return connection(page, (node) => encodeCursor([node.id]));
  }

  @Mutation('policySet')
  policySet(@Ctx() ctx: RequestContext, @Args('input') input: PolicySetInput) {
    const subject = `organization:${ctx.organizationId}`;
    const attempt = { mutation: 'policySet', subject, empty: { policy: null } } as const;
    return this.mutations.run(ctx, attempt, async () => ({ policy: await this.policies.set(ctx, input) }));
  }

  @Mutation('serverTransferRequest')
  transferRequest(@Ctx() ctx: RequestContext, @Args('input') input: TransferArgs) {
    const subject = serverSubject(input.server);
    return this.transfer(ctx, 'serverTransferRequest', subject, () => this.transfers.request(ctx, input));
  }

  @Mutation('serverTransferAccept')
  transferAccept(@Ctx() ctx: RequestContext, @Args('input') { id }: { id: string }) {
    return this.transfer(ctx, 'serverTransferAccept', `transfer:${id}`, () => this.transfers.accept(ctx, id));
  }

  @Mutation('serverTransferDecline')
  transferDecline(@Ctx() ctx: RequestContext, @Args('input') { id, reason }: { id: string; reason: string }) {
    return this.transfer(ctx, 'serverTransferDecline', `transfer:${id}`, () => this.transfers.decline(ctx, id, reason));
  }

  @Mutation('serverTransferCancel')
  transferCancel(@Ctx() ctx: RequestContext, @Args('input') { id }: { id: string }) {
    return this.transfer(ctx, 'serverTransferCancel', `transfer:${id}`, () => this.transfers.cancel(ctx, id));
  }

  @Mutation('serverRename')
  serverRename(@Ctx() ctx: RequestContext, @Loaders() loaders: RequestLoaders, @Args('input') input: RenameArgs) {
    const attempt = {
      mutation: 'serverRename',
      subject: serverSubject(input.server),
      empty: { server: null },
    } as const;
    return this.mutations.run(ctx, attempt, async () => ({
      server: await loaders.server.load(await this.renames.rename(ctx, input)),
    }));
  }

  private transfer(ctx: RequestContext, mutation: MutationName, subject: string, work: () => Promise<TransferRow>) {
    const attempt = { mutation, subject, empty: { transfer: null } };
    return this.mutations.run(ctx, attempt, async () => ({ transfer: await work() }));
  }
}

/** A server's own words about its name. */
@Resolver('Server')
export class GovernanceFieldsResolver {
  @ResolveField('renamedTo')
  renamedTo(@Parent() server: { renamedToId: string | null }, @Loaders() loaders: RequestLoaders) {
    return server.renamedToId === null ? null : loaders.server.load(server.renamedToId);
  }
}

/** Both sides of a transfer see its names, also of a server that is not theirs yet. */
@Resolver('ServerTransfer')
export class TransferFieldsResolver {
  @ResolveField('serverName')
  async serverName(@Parent() transfer: TransferRow, @Loaders() loaders: RequestLoaders) {
    return (await loaders.server.load(transfer.serverId))?.name;
  }

  @ResolveField('fromTeam')
  fromTeam(@Parent() transfer: TransferRow, @Loaders() loaders: RequestLoaders) {
    return loaders.team.load(transfer.fromTeamId);
  }

  @ResolveField('toTeam')
  toTeam(@Parent() transfer: TransferRow, @Loaders() loaders: RequestLoaders) {
    return loaders.team.load(transfer.toTeamId);
  }
}

const serverSubject = (ref: ServerRef): string => `server:${ref.byId ?? ref.byName}`;

function connection<T>(page: { items: T[]; next: string | null }, cursorOf: (node: T) => string) {
  const last = page.items.at(-1);
  return {
    edges: page.items.map((node) => ({ cursor: cursorOf(node), node })),
    pageInfo: { hasNextPage: page.next !== null, endCursor: last === undefined ? null : cursorOf(last) },
  };
}
