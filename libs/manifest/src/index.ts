export {
  type Manifest,
  type ManifestIssue,
  type ManifestPackage,
  type ManifestRemote,
  type ManifestRepository,
  manifestDigest,
  SCHEMA_DATES,
  type SchemaDate,
} from './manifest.js';
export { MAX_MANIFEST_BYTES, type ManifestReview, parseManifest, reviewManifest } from './parse-manifest.js';
export { isExactVersion } from './values.js';
