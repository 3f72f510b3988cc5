export { ContractStore } from './contract.store.prisma.js';
export { type PublishInput, type PublishResult, PublishService } from './publish.service.js';
export { ENDPOINT_SET, POLICY_CHANGED, policyChanged, VERSION_PUBLISHED } from './registry.events.js';
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
export {
  cursorOf,
  ServerCatalog,
  type ServerQuery,
  type ServerRef,
  type VersionRef,
} from './server-catalog.read-model.prisma.js';
