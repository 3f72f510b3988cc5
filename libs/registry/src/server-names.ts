import { Refusal, type RequestContext } from '@rollcall/kernel';

/** True when one of the patterns covers the name: `*`, a prefix that ends in `*`, or the name itself. */
export function coversServerName(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern));
}

/** Refuses with FORBIDDEN when the credential of this request is limited to other names. */
export function requireServerName(ctx: RequestContext, name: string): void {
  if (ctx.serverNames === undefined || coversServerName(ctx.serverNames, name)) return;
  const held = ctx.serverNames.slice(0, 20).join(', ') || 'no server';
  throw new Refusal({
    code: 'FORBIDDEN',
    message: `This credential is not valid for ${name}; it covers ${held}.`,
    nextStep: 'Use a credential that covers the name of the server.',
    details: { serverNames: [...ctx.serverNames] },
  });
}
