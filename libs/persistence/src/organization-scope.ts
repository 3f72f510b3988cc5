import { AsyncLocalStorage } from 'node:async_hooks';

/** What database sessions may touch when nothing was entered: nothing (`request`) or everything (`system`). */
export type DefaultScope = 'request' | 'system';

/** The value of `rollcall.organization_id` under which every organization's rows are visible. No organization has this id. */
export const SYSTEM_SCOPE = '*';

/** The value under which nothing is visible. */
export const NO_SCOPE = '';

/** One level of scope. `edge` is the request the level belongs to: what {@link enterOrganization} writes to. */
type Level = { value: string; edge?: Level };

const levels = new AsyncLocalStorage<Level>();

/** Runs `fn` with a database that holds only the rows of this organization. */
export async function inOrganization<T>(organizationId: string, fn: () => T | PromiseLike<T>): Promise<T> {
  if (organizationId === SYSTEM_SCOPE || organizationId === NO_SCOPE) throw new Error('not the id of an organization');
  return runWithin(organizationId, fn);
}

/** Runs `fn` with the rows of all organizations: look-ups that find out whose request it is, and what the product does by itself. */
export async function asSystem<T>(fn: () => T | PromiseLike<T>): Promise<T> {
  return runWithin(SYSTEM_SCOPE, fn);
}

/**
 * Makes everything that `next` begins part of one request: it sees nothing until {@link enterOrganization} says whose it
 * is. Called again with the same `request` it takes up that request behind an asynchronous gap of the server.
 */
export function atEdge(next: () => void, request: object = newRequest()): void {
  levels.run(request as Level, next);
}

/** A request that nobody has been recognised for. */
export function newRequest(): object {
  return { value: NO_SCOPE } satisfies Level;
}

/** From here on the current request is this organization's. Outside of a request it does nothing: there the default holds. */
export function enterOrganization(organizationId: string): void {
  if (organizationId === SYSTEM_SCOPE || organizationId === NO_SCOPE) throw new Error('not the id of an organization');
  const level = levels.getStore();
  if (!level) return;
  (level.edge ?? level).value = organizationId;
}

/** What database sessions taken now may touch. */
export function currentScope(fallback: DefaultScope): string {
  return levels.getStore()?.value ?? (fallback === 'system' ? SYSTEM_SCOPE : NO_SCOPE);
}

/** Runs `fn` under a scope that was read earlier with {@link currentScope}. */
export function withScope<T>(value: string, fn: () => T): T {
  return levels.run(level(value), fn);
}

/** Prisma's promises begin their query when they are awaited: that has to happen in here. */
function runWithin<T>(value: string, fn: () => T | PromiseLike<T>): Promise<T> {
  return levels.run(level(value), async () => await fn());
}

function level(value: string): Level {
  const parent = levels.getStore();
  const edge = parent?.edge ?? parent;
  return edge ? { value, edge } : { value };
}
