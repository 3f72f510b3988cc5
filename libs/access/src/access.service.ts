import { Injectable } from '@nestjs/common';
import type { Refusal, RequestContext } from '@rollcall/kernel';
import { forbidden, forbiddenByAttribute, outOfScope } from './access.errors.js';
import { AccessStore, type RolesOfPrincipal } from './access.store.prisma.js';
import type { Action } from './action.catalogue.js';
import { attributeValues, type TargetAttributes } from './attribute.policy.js';
import { decisionsOf } from './role-decisions.js';

/** What the caller may see: everything in the organization, or only what these teams own. */
export type Visibility = { all: true } | { all: false; teamIds: string[] };

/** What an action is aimed at: the team that owns it and the attributes that may narrow the action. */
export type AccessTarget = { teamId?: string | undefined; attributes?: TargetAttributes | undefined };

/** The scope of a credential that is limited to nothing. */
export const ALL_SCOPES = '*';

const NO_ROLES: ReadonlySet<string> = new Set();

/** Decides who may use our own API. Services ask once, in their first line. */
@Injectable()
export class AccessService {
  /** One look-up per request: a role that was taken away is gone with the next request, and nothing needs reloading. */
  private readonly roles = new WeakMap<RequestContext, Promise<RolesOfPrincipal>>();

  constructor(private readonly store: AccessStore) {}

  /** Takes the roles that came along with the credential of a request that begins now. */
  begin(ctx: RequestContext, roles: RolesOfPrincipal): void {
    this.roles.set(ctx, Promise.resolve(roles));
  }

  /** Throws FORBIDDEN unless the caller may; the target is a team's id, or a team with attributes, or the organization. */
  async authorize(ctx: RequestContext, action: Action, target?: string | AccessTarget): Promise<void> {
    const refusal = await this.refusal(ctx, action, target);
    if (refusal) throw refusal;
  }

  /** True when the caller holds the action in the organization, or in the target's team, and no attribute rule is in the way. */
  async can(ctx: RequestContext, action: Action, target?: string | AccessTarget): Promise<boolean> {
    return (await this.refusal(ctx, action, target)) === null;
  }

  /** Which teams' things the caller may act on: used as a filter, so that the rest does not exist for the caller. */
  async visibility(ctx: RequestContext, action: Action): Promise<Visibility> {
    if (await this.can(ctx, action)) return { all: true };
    const teamIds: string[] = [];
    for (const teamId of (await this.rolesOf(ctx)).teams.keys()) {
      if (await this.can(ctx, action, teamId)) teamIds.push(teamId);
    }
    return { all: false, teamIds };
  }

  /** Why not, or null. */
  private async refusal(
    ctx: RequestContext,
    action: Action,
    target: string | AccessTarget | undefined,
  ): Promise<Refusal | null> {
    const { handle, kind } = ctx.principal;
    if (!withinScopes(ctx, action)) return outOfScope(handle, action);
    if (kind === 'system') return null;
    const { teamId, attributes = {} } = typeof target === 'string' ? { teamId: target } : (target ?? {});
    const { organization, teams } = await this.rolesOf(ctx);
    const team = (teamId === undefined ? undefined : teams.get(teamId)) ?? NO_ROLES;
    const decisions = await decisionsOf({ organization, team });
    if (!decisions.allows(action)) return forbidden(handle, action);
    const rule = decisions.refusingRule(action, attributeValues(attributes));
    return rule === null ? null : forbiddenByAttribute(handle, action, rule);
  }

  private rolesOf(ctx: RequestContext): Promise<RolesOfPrincipal> {
    let roles = this.roles.get(ctx);
    if (!roles) {
      roles = this.store.rolesOf(ctx.organizationId, ctx.principal.id);
      this.roles.set(ctx, roles);
    }
    return roles;
  }
}

/** True unless the credential of this request is limited to other actions. */
export function withinScopes(ctx: RequestContext, action: Action): boolean {
  return ctx.scopes === undefined || ctx.scopes.includes(ALL_SCOPES) || ctx.scopes.includes(action);
}

/** The `where` part that limits rows with a `teamId` to what is visible. */
export function teamFilter(visibility: Visibility): { teamId?: { in: string[] } } {
  return visibility.all ? {} : { teamId: { in: visibility.teamIds } };
}
