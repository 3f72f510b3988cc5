import { Inject, Injectable } from '@nestjs/common';
import { AccessService, ALL_SCOPES, Runtime, type TokenOwner, TokenService } from '@rollcall/access';
import type { Principal, RequestContext } from '@rollcall/kernel';
import { asSystem, enterOrganization } from '@rollcall/persistence';
import { SessionService } from '@rollcall/sessions';
import { readCookie, WORD_HEADER } from '../sign-in/auth-cookies.js';
import { noteCaller } from './denied-attempts.log.js';
import { PUBLIC_ADDRESSES, type PublicAddresses } from './public-addresses.module.js';

/** What a request needs to say who it is; a Fastify request is one. */
export type Caller = {
  headers: {
    authorization?: string | undefined;
    cookie?: string | undefined;
    'x-rollcall-word'?: string | string[] | undefined;
  };
  id?: unknown;
};

type Owner = {
  organizationId: string;
  principal: Principal;
  scopes: readonly string[];
  roles?: TokenOwner['roles'];
};

/** Turns an HTTP request into a {@link RequestContext}, or null when it carries no valid token. */
@Injectable()
export class RequestContexts {
  constructor(
    private readonly tokens: TokenService,
    private readonly access: AccessService,
    private readonly sessions: SessionService,
    @Inject(PUBLIC_ADDRESSES) private readonly addresses: PublicAddresses,
    private readonly runtime: Runtime,
  ) {}

  async of(caller: Caller): Promise<RequestContext | null> {
    const { clock, ids } = this.runtime;
    // whose request it is can only be found by looking across organizations
    const owner = await asSystem(() => this.owner(caller));
    if (!owner) return null;
    enterOrganization(owner.organizationId);
    const ctx = noteCaller({
      principal: owner.principal,
      organizationId: owner.organizationId,
      ...(owner.scopes.includes(ALL_SCOPES) ? {} : { scopes: owner.scopes }),
      requestId: typeof caller.id === 'string' ? caller.id : ids.next('req'),
      clock,
      ids,
    });
    if (owner.roles) this.access.begin(ctx, owner.roles);
    return ctx;
  }

  /** By token; without one by the session of a browser, whose pages send a word beside the cookie. */
  private async owner({ headers }: Caller): Promise<Owner | null> {
    if (headers.authorization !== undefined) return this.tokens.authenticate(headers.authorization, this.runtime.clock);
    const word = [headers[WORD_HEADER]].flat()[0];
    if (word === undefined) return null;
    const secure = this.addresses.console?.startsWith('https:') ?? false;
    const session = await this.sessions.authenticate(readCookie('session', headers.cookie, secure), word);
    return session ? { ...session, scopes: [ALL_SCOPES] } : null;
  }
}
