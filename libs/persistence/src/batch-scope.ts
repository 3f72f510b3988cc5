import { currentScope, type DefaultScope, withScope } from './organization-scope.js';

type Request = object;
type Loader = {
  options: {
    batchBy(request: Request): string | undefined;
    singleLoader(request: Request): Promise<unknown>;
    batchLoader(requests: Request[]): Promise<unknown>;
  };
};

/**
 * Keeps organizations apart where Prisma puts queries together: `findUnique`s of one tick become one query, in the
 * asynchronous context of whoever came first. Here only queries of one scope meet, and each batch runs under its own.
 * Prisma offers no hook for it; a spec fails when its inside changes.
 */
export function separateBatches(client: object, fallback: DefaultScope): void {
  const { options } = loaderOf(client);
  const scopes = new WeakMap<Request, string>();
  const { batchBy, batchLoader, singleLoader } = options;
  const within = <T>(request: Request | undefined, run: () => T): T =>
    withScope((request && scopes.get(request)) ?? currentScope(fallback), run);
  options.batchBy = (request) => {
    const batch = batchBy(request);
    const scope = currentScope(fallback);
    scopes.set(request, scope);
    return batch === undefined ? undefined : `${scope} ${batch}`;
  };
  options.singleLoader = (request) => within(request, () => singleLoader(request));
  options.batchLoader = (requests) => within(requests[0], () => batchLoader(requests));
}

function loaderOf(client: object): Loader {
  const loader = (client as { _requestHandler?: { dataloader?: Partial<Loader> } })._requestHandler?.dataloader;
  const { batchBy, batchLoader, singleLoader } = loader?.options ?? {};
  if (!batchBy || !batchLoader || !singleLoader) throw new Error('this release of Prisma batches in another way');
  return loader as Loader;
}
