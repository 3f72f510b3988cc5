import type { RequestContext } from '@rollcall/kernel';
import type { GuardName, OrganizationPolicy } from '@rollcall/lifecycle';
import type { ServerCatalog } from '@rollcall/registry';
import type { TransitionInput } from './transition.js';

/** The version a step is asked for, as the catalogue returns it. */
export type SubjectVersion = Awaited<ReturnType<ServerCatalog['version']>>;

/** A step somebody asks for, and what it is judged by. */
export type Question = {
  ctx: RequestContext;
  version: SubjectVersion;
  input: Omit<TransitionInput, 'version'>;
  policy: OrganizationPolicy;
  /** True when the evidence of one of these guards has to be gathered. */
  asks: (...guards: GuardName[]) => boolean;
};
