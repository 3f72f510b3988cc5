export { BundlePublisher } from './bundle.publisher.js';
export { BundleStore } from './bundle.store.prisma.js';
export { BundleHeads, type Head } from './bundle-heads.js';
export { BundlesModule } from './bundles.module.js';
export { verifyEd25519 } from './ed25519.js';
export { createKey, hasKey, openKey, type RoleKey } from './key-file.js';
export { PolicyInputReadModel } from './policy-input.read-model.prisma.js';
export { SigningKeyLocation } from './signing-keys.js';
export { TrustService } from './trust.service.js';
