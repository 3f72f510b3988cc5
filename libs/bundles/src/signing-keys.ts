import type { RootPayload, TrustRole } from '@rollcall/bundle';
import { keysForeign } from './bundles.errors.js';
import { openKey, type RoleKey } from './key-file.js';

/** The online keys of the process that signs. The root key is not among them: it can stay offline. */
export type SigningKeys = { publish: RoleKey; timestamp: RoleKey };

/** Where keys are. Nest token. */
export class SigningKeyLocation {
  constructor(
    readonly dir: string,
    readonly passphrase?: string,
  ) {}
}

/** Opens the online keys and refuses with KEYS_FOREIGN when the root does not list them: nobody would accept their signatures. */
export function openSigningKeys(location: SigningKeyLocation, root: RootPayload): SigningKeys {
  const open = (role: TrustRole) => {
    const key = openKey(location.dir, role, location.passphrase);
    if (!root.roles[role].keyids.includes(key.signer.keyid)) throw keysForeign(role);
    return key;
  };
  return { publish: open('publish'), timestamp: open('timestamp') };
}
