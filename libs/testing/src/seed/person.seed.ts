import { Runtime, TokenService } from '@rollcall/access';
import type { PrincipalKind, RequestContext } from '@rollcall/kernel';
import { TransactionRunner } from '@rollcall/persistence';
import { PublishService } from '@rollcall/registry';
import { manifestOf } from './documents.js';
import { type ServerVersionSeed, versionSeed } from './version.seed.js';
import type { World } from './world.js';

/** What a publication says beyond name and version. */
export type PublicationSeed = Partial<Parameters<PublishService['publish']>[1]>;

/** Somebody with an account. */
export type PersonSeed = {
  id: string;
  handle: string;
  organizationId: string;
  /** A new request of theirs: rights are looked up again. */
  context(): RequestContext;
  /** A new API token, in plain text. */
  token(): Promise<string>;
  /** Publishes through the real service; `name` is the full registry name. */
  publishes(name: string, version: string, more?: PublicationSeed): Promise<ServerVersionSeed>;
};

/** A person that is stored already. */
export function personSeed(
  world: World,
  row: { id: string; handle: string; kind: PrincipalKind; organizationId: string },
): PersonSeed {
  const runtime = world.get(Runtime);
  const { id, handle, kind, organizationId } = row;
  const context = (): RequestContext => ({
    principal: { id, kind, handle },
    organizationId,
    requestId: runtime.ids.next('req'),
    clock: runtime.clock,
    ids: runtime.ids,
  });
  return {
    id,
    handle,
    organizationId,
    context,
    token: () =>
      world
        .get(TransactionRunner)
        .run((tx) =>
          world
            .get(TokenService)
            .issue(tx, runtime, { organizationId, principalId: id, name: runtime.ids.next('tok') }),
        ),
    publishes: async (name, version, more = {}) => {
      const input = { manifest: manifestOf(name, version), ...more };
      const { versionId } = await world.get(PublishService).publish(context(), input);
      return versionSeed(world, { id: versionId, organizationId, name, version });
    },
  };
}
