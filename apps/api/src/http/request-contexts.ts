import { Injectable } from '@nestjs/common';
import { Runtime, TokenService } from '@rollcall/access';
import type { RequestContext } from '@rollcall/kernel';

/** What a request needs to say who it is; a Fastify request is one. */
export type Caller = { headers: { authorization?: string | undefined }; id?: unknown };

/** Turns an HTTP request into a {@link RequestContext}, or null when it carries no valid token. */
@Injectable()
export class RequestContexts {
  constructor(
    private readonly tokens: TokenService,
    private readonly runtime: Runtime,
  ) {}

  async of(caller: Caller): Promise<RequestContext | null> {
    const { clock, ids } = this.runtime;
    const owner = await this.tokens.authenticate(caller.headers.authorization, clock);
    if (!owner) return null;
    return {
      principal: owner.principal,
      organizationId: owner.organizationId,
      requestId: typeof caller.id === 'string' ? caller.id : ids.next('req'),
      clock,
      ids,
    };
  }
}
