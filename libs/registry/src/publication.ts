import type { SemverVerdict } from '@rollcall/compatibility';
import type { JsonValue } from '@rollcall/kernel';
import type { Manifest } from '@rollcall/manifest';

/** What a publisher hands in. `contract` is a captured contract document, judged before anything is stored. */
export type PublishInput = {
  manifest: JsonValue;
  alias?: string | null;
  contact?: string | null;
  contract?: JsonValue | null;
  /** The pull or merge request it comes from: the check of the version and its approvals belong to it. */
  contextId?: string | null;
  /** `listed`: in the catalogue only, never reviewed nor served. Absent: governed. */
  track?: 'governed' | 'listed';
  /** Take a free alias when the one of the name is taken: for publishers whose protocol has no word for aliases. */
  deriveAlias?: boolean;
};

/** `created` is false when the same version with the same manifest was there already. */
export type PublishResult = { versionId: string; created: boolean; gate: SemverVerdict | null };

/** A version that is about to be stored. */
export type Publication = {
  manifest: Manifest;
  digest: string;
  input: PublishInput;
  namespace: { id: string; teamId: string };
  alias: string;
  contextId: string | null;
};
