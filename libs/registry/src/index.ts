export { CatalogueKeys } from './catalogue-keys.service.js';
export { readContextId } from './context-id.js';
export { ContractStore } from './contract.store.prisma.js';
export { PackageOwnership } from './package-ownership.port.js';
export type { PublishInput, PublishResult } from './publication.js';
export { PublishService } from './publish.service.js';
export {
  ENDPOINT_SET,
  NAMESPACE_CLAIMED,
  POLICY_CHANGED,
  policyChanged,
  VERSION_PUBLISHED,
} from './registry.events.js';
export {
  type BaseCandidate,
  chooseBase,
  defaultAlias,
  isAlias,
  isNamespace,
  MAX_VERSIONS_PER_SERVER,
} from './registry.js';
export { RegistryModule } from './registry.module.js';
export { type EndpointInput, RegistryService } from './registry.service.js';
export { RemoteAddresses, type RemoteOwner } from './remote-addresses.prisma.js';
export {
  accessTarget,
  cursorOf,
  ServerCatalog,
  type ServerQuery,
  type ServerRef,
  type VersionRef,
} from './server-catalog.read-model.prisma.js';
export { coversServerName, requireServerName } from './server-names.js';
