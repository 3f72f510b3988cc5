export { AccountExchange, ANONYMOUS_NAMESPACE, ExchangeOffers } from './account-exchange.service.js';
export { DomainExchange, type DomainProof, type ExchangeScope } from './domain-exchange.service.js';
export { FederatedExchange } from './federated-exchange.service.js';
export { type FederatedCaller, FederatedIdentity } from './federated-identity.port.js';
export { type NamespaceChallenge, NamespaceProofs } from './namespace-proof.service.js';
export type { PackageProof, ProofState } from './packages/package-proof.js';
export { type PackageProblem, PackageProofs, type PackageReport } from './packages/package-proofs.service.js';
export { loadPackageRegistries, PackageRegistries } from './packages/package-registries.file.js';
export { ProofNetwork, type ProofNetworkSettings } from './proof-network.js';
export { ProofsModule, type ProofsOptions } from './proofs.module.js';
export {
  type AuthMethod,
  type IssuedToken,
  type RegistryCaller,
  RegistryTokens,
} from './registry-tokens.service.js';
export { TokenKeyLocation } from './token-key.file.js';
