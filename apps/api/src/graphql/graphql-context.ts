import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { unauthenticated } from '@rollcall/access';
import type { RequestContext } from '@rollcall/kernel';
import type { Caller } from '../http/request-contexts.js';
import type { RequestLoaders } from './request-loaders.js';

/** What every resolver of one request shares. */
export type GraphqlContext = {
  ctx: RequestContext | null;
  loaders: RequestLoaders | null;
  requestId: string;
  /** Who asked, for what goes on after the request: a subscription looks rights up again. */
  caller?: Caller;
  /** It came over a socket, which stays open when a token or a role is taken away. */
  socket?: true;
};

/** A resolver's arguments are root, arguments, context and info. Taken directly: this runs for every field of every row. */
const contextOf = (execution: ExecutionContext): GraphqlContext => execution.getArgByIndex<GraphqlContext>(2);

/** The caller's RequestContext; refuses with UNAUTHENTICATED when there is none. Fail closed: a resolver cannot forget it. */
export const Ctx = createParamDecorator((_: unknown, execution: ExecutionContext): RequestContext => {
  const { ctx } = contextOf(execution);
  if (!ctx) throw unauthenticated();
  return ctx;
});

/** The request's loaders; refuses with UNAUTHENTICATED when there is no caller. */
export const Loaders = createParamDecorator((_: unknown, execution: ExecutionContext): RequestLoaders => {
  const { loaders } = contextOf(execution);
  if (!loaders) throw unauthenticated();
  return loaders;
});
