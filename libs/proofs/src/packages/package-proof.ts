import type { ManifestPackage } from '@rollcall/manifest';
import type { PackageType } from './package-registries.file.js';
import type { PackageSource } from './package-source.adapter.js';

/** `proven`: the package names this server. `failed`: it does not. `unknown`: nobody could be asked. */
export type ProofState = 'proven' | 'failed' | 'unknown';

/** What was found out about one package of a manifest. */
export type PackageProof = {
  /** Place in the manifest: `packages[0].identifier`. */
  path: string;
  registryType: string;
  identifier: string;
  state: ProofState;
  /** One sentence for a person. */
  message: string;
};

/** What a strategy concludes; `member` is the package's member the sentence is about. */
export type Conclusion = { state: ProofState; message: string; member?: string };

/** How the owner of one type of package is shown. */
export type ProofStrategy = {
  type: PackageType;
  /** For all requests of one package together. */
  timeoutMs: number;
  conclude(pack: ManifestPackage, serverName: string, source: PackageSource): Promise<Conclusion>;
};

export const proven = (message: string): Conclusion => ({ state: 'proven', message });
export const failed = (message: string, member?: string): Conclusion => ({
  state: 'failed',
  message,
  ...(member === undefined ? {} : { member }),
});
export const unknown = (message: string): Conclusion => ({ state: 'unknown', message });
