import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { RequestContext } from '@rollcall/kernel';
import { NoticeService, type WebhookChange, type WebhookInput, WebhookService } from '@rollcall/notifications';
import { Ctx, Loaders } from '../../graphql/graphql-context.js';
import { MutationRunner } from '../../graphql/mutation.runner.js';
import type { RequestLoaders } from '../../graphql/request-loaders.js';

type PageArgs = { first: number; after?: string | null };

@Resolver('Webhook')
export class WebhooksResolver {
  constructor(
    private readonly service: WebhookService,
    private readonly mutations: MutationRunner,
  ) {}

  @Query('webhooks')
  async webhooks(@Ctx() ctx: RequestContext, @Args() args: PageArgs) {
    return connection(await this.service.page(ctx, args));
  }

  @Mutation('webhookCreate')
  webhookCreate(@Ctx() ctx: RequestContext, @Args('input') input: WebhookInput) {
    const empty = { webhook: null, secret: null };
    const attempt = { mutation: 'webhookCreate', subject: `webhook:of ${input.team ?? 'everybody'}`, empty } as const;
    return this.mutations.run(ctx, attempt, () => this.service.create(ctx, input));
  }

  @Mutation('webhookUpdate')
  webhookUpdate(@Ctx() ctx: RequestContext, @Args('input') input: WebhookChange) {
    const attempt = { mutation: 'webhookUpdate', subject: `webhook:${input.id}`, empty: { webhook: null } } as const;
    return this.mutations.run(ctx, attempt, async () => ({ webhook: await this.service.update(ctx, input) }));
  }

  @Mutation('webhookDelete')
  webhookDelete(@Ctx() ctx: RequestContext, @Args('input') { id }: { id: string }) {
    const attempt = { mutation: 'webhookDelete', subject: `webhook:${id}`, empty: { deletedId: null } } as const;
    return this.mutations.run(ctx, attempt, async () => ({ deletedId: await this.service.delete(ctx, id) }));
  }

  @Mutation('webhookSecretRotate')
  webhookSecretRotate(@Ctx() ctx: RequestContext, @Args('input') { id }: { id: string }) {
    const empty = { webhook: null, secret: null };
    const attempt = { mutation: 'webhookSecretRotate', subject: `webhook:${id}`, empty } as const;
    return this.mutations.run(ctx, attempt, () => this.service.rotateSecret(ctx, id));
  }

  @Mutation('webhookTest')
  webhookTest(@Ctx() ctx: RequestContext, @Args('input') { id }: { id: string }) {
    const attempt = { mutation: 'webhookTest', subject: `webhook:${id}`, empty: { delivery: null } } as const;
    return this.mutations.run(ctx, attempt, async () => ({ delivery: await this.service.test(ctx, id) }));
  }

  @ResolveField('team')
  team(@Parent() webhook: { teamId: string | null }, @Loaders() loaders: RequestLoaders) {
    return webhook.teamId === null ? null : loaders.team.load(webhook.teamId);
  }
}

@Resolver('Delivery')
export class DeliveriesResolver {
  constructor(
    private readonly service: WebhookService,
    private readonly mutations: MutationRunner,
  ) {}

  @Query('deliveries')
  async deliveries(
    @Ctx() ctx: RequestContext,
    @Args() args: PageArgs & { where: { webhook: string; status?: string | null; type?: string | null } },
  ) {
    const { where, ...page } = args;
    return connection(await this.service.deliveries(ctx, { ...page, ...where }));
  }

  @Mutation('deliveryRedeliver')
  deliveryRedeliver(
    @Ctx() ctx: RequestContext,
    @Args('input') input: { delivery?: string | null; deadOf?: string | null },
  ) {
    const subject = input.delivery ? `delivery:${input.delivery}` : `webhook:${input.deadOf}`;
    const attempt = { mutation: 'deliveryRedeliver', subject, empty: { count: null } } as const;
    return this.mutations.run(ctx, attempt, async () => ({ count: await this.service.redeliver(ctx, input) }));
  }

  /** Both come with the row: one query reads the page. */
  @ResolveField('webhook')
  webhook(@Parent() delivery: { endpoint: object }) {
    return delivery.endpoint;
  }
}

@Resolver('Notice')
export class NoticesResolver {
  constructor(
    private readonly service: NoticeService,
    private readonly mutations: MutationRunner,
  ) {}

  @Query('notices')
  async notices(
    @Ctx() ctx: RequestContext,
    @Args()
    args: PageArgs & {
      where?: { team?: string | null; agent?: string | null; kind?: string | null; unread?: boolean | null } | null;
    },
  ) {
    const { where, ...page } = args;
    return connection(await this.service.page(ctx, { ...page, ...where }));
  }

  @Mutation('noticeMarkRead')
  noticeMarkRead(@Ctx() ctx: RequestContext, @Args('input') { id }: { id: string }) {
    const attempt = { mutation: 'noticeMarkRead', subject: `notice:${id}`, empty: { notice: null } } as const;
    return this.mutations.run(ctx, attempt, async () => ({ notice: await this.service.markRead(ctx, id) }));
  }

  @ResolveField('agent')
  async agent(@Parent() notice: { agentId: string }, @Loaders() loaders: RequestLoaders) {
    const agent = await loaders.agent.load(notice.agentId);
    return agent ? { ...agent, grants: [] } : null;
  }

  @ResolveField('team')
  team(@Parent() notice: { teamId: string }, @Loaders() loaders: RequestLoaders) {
    return loaders.team.load(notice.teamId);
  }
}

function connection<T>(page: { items: T[]; next: string | null; cursor(row: T): string }) {
  return {
    edges: page.items.map((node) => ({ cursor: page.cursor(node), node })),
    pageInfo: { hasNextPage: page.next !== null, endCursor: page.next },
  };
}
