export {
  type ApprovedServer,
  type ApprovedSet,
  type ApprovedVersion,
  currentVersion,
  shownServers,
  statusOf,
  usableVersions,
} from './approved-set.js';
export { backstageEntities, entityName } from './backstage.js';
export { type ClientEntry, clientEntries } from './client-entry.js';
export {
  admits,
  type ClientAccess,
  type ManagedSettings,
  type ManagedSettingsResult,
  managedSettings,
} from './managed-settings.js';
export { markdownPage } from './markdown.js';
export { type RegistryLine, registryView } from './registry-view.js';
