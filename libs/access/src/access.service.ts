import { Injectable } from '@nestjs/common';
import type { RequestContext } from '@rollcall/kernel';
import type { Enforcer } from 'casbin';
import { forbidden } from './access.errors.js';
import { buildEnforcer, type RoleLink, splitAction } from './access.policy.js';
import { AccessStore } from './access.store.prisma.js';
import type { Action } from './action.catalogue.js';

/** What the caller may see: everything in the organization, or only what these teams own. */
export type Visibility = { all: true } | { all: false; teamIds: string[] };

type Rights = { enforcer: Enforcer; links: RoleLink[] };

/** Decides who may use our own API. Services ask once, in their first line. */
@Injectable()
export class AccessService {
  /** One look-up per request: a role that was taken away is gone with the next request, and nothing needs reloading. */
  private readonly rights = new WeakMap<RequestContext, Promise<Rights>>();

  constructor(private readonly store: AccessStore) {}

  /** Throws FORBIDDEN unless the caller holds the action in the organization, or in `teamId` when one is given. */
  async authorize(ctx: RequestContext, action: Action, teamId?: string): Promise<void> {
    if (!(await this.can(ctx, action, teamId))) throw forbidden(ctx.principal.handle, action);
  }

  /** True when the caller holds the action in the organization, or in `teamId` when one is given. */
  async can(ctx: RequestContext, action: Action, teamId?: string): Promise<boolean> {
    if (ctx.principal.kind === 'system') return true;
    const { enforcer } = await this.rightsOf(ctx);
    const { resource, verb } = splitAction(action);
    for (const domain of teamId === undefined ? [ctx.organizationId] : [ctx.organizationId, teamId]) {
      if (await enforcer.enforce(ctx.principal.id, domain, resource, verb)) return true;
    }
    return false;
  }

  /** Which teams' things the caller may act on: used as a filter, so that the rest does not exist for the caller. */
  async visibility(ctx: RequestContext, action: Action): Promise<Visibility> {
    if (await this.can(ctx, action)) return { all: true };
    const { links } = await this.rightsOf(ctx);
    const teamIds: string[] = [];
    for (const domain of new Set(links.map((link) => link.domain))) {
      if (domain !== ctx.organizationId && (await this.can(ctx, action, domain))) teamIds.push(domain);
    }
    return { all: false, teamIds };
  }

  private rightsOf(ctx: RequestContext): Promise<Rights> {
    let rights = this.rights.get(ctx);
    if (!rights) {
      rights = this.store.roleLinks(ctx.organizationId, ctx.principal.id).then(async (links) => ({
        links,
        enforcer: await buildEnforcer(links),
      }));
      this.rights.set(ctx, rights);
    }
    return rights;
  }
}

/** The `where` part that limits rows with a `teamId` to what is visible. */
export function teamFilter(visibility: Visibility): { teamId?: { in: string[] } } {
  return visibility.all ? {} : { teamId: { in: visibility.teamIds } };
}
