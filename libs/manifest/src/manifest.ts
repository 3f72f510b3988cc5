import { type Digest, digestOf } from '@rollcall/contract';
import type { JsonObject } from '@rollcall/kernel';

/** The released dates of the `server.json` schema; the last one is current. */
export const SCHEMA_DATES = [
  '2025-07-09',
  '2025-09-16',
  '2025-09-29',
  '2025-10-11',
  '2025-10-17',
  '2025-12-11',
] as const;
/** One released schema date. */
export type SchemaDate = (typeof SCHEMA_DATES)[number];

/**
 * One problem of a manifest. `path` is `packages[0].transport.url`, empty for the whole document; only severity `error`
 * makes a manifest invalid. The members are those of the registry API's `/validate`.
 */
export type ManifestIssue = {
  type: 'json' | 'schema' | 'semantic';
  path: string;
  message: string;
  severity: 'error' | 'warning';
};

/** A place a client connects to; `definition` is the whole member, in current spelling. */
export type ManifestRemote = {
  type: string;
  url: string;
  headers: JsonObject[];
  variables: JsonObject;
  definition: JsonObject;
};

/** A package a client installs and runs; `definition` is the whole member, in current spelling. */
export type ManifestPackage = {
  registryType: string;
  identifier: string;
  version: string | null;
  transport: { type: string; url: string | null };
  definition: JsonObject;
};

/** Where the source lives. */
export type ManifestRepository = { url: string; source: string; id: string | null; subfolder: string | null };

/** The typed view of one valid `server.json`; `document` is the whole of it, unknown members included. */
export type Manifest = {
  schemaDate: SchemaDate;
  /** `namespace/server`, case-sensitive. */
  name: string;
  /** The reverse-DNS part of the name. */
  namespace: string;
  version: string;
  title: string | null;
  description: string;
  websiteUrl: string | null;
  repository: ManifestRepository | null;
  remotes: ManifestRemote[];
  packages: ManifestPackage[];
  document: JsonObject;
};

/** The digest of everything that was published: equal documents, in any key order, have equal digests. */
export function manifestDigest(manifest: Manifest): Digest {
  return digestOf(manifest.document);
}
