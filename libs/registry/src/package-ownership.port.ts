import type { RequestContext } from '@rollcall/kernel';
import type { Manifest } from '@rollcall/manifest';

/** Asks package registries whether the packages of a manifest name its server; never called inside a transaction. */
export abstract class PackageOwnership {
  /** Refuses the publication when the organization requires proofs and one is missing; what it returns is not looked at. */
  abstract demand(ctx: RequestContext, manifest: Manifest): Promise<unknown>;
}
