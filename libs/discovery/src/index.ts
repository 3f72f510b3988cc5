export { DiscoveryModule } from './discovery.module.js';
export { type ServerFacts, ServerFactsReadModel, USAGE_DAYS } from './server-facts.read-model.prisma.js';
export type { ServerFilter } from './server-filter.js';
export {
  type FoundServer,
  type ServerFind,
  ServerFinder,
  type ServerMatch,
} from './server-finder.read-model.prisma.js';
export { type FoundTool, type ToolFilter, type ToolFind, ToolFinder } from './tool-finder.read-model.prisma.js';
export { ToolIndexService } from './tool-index.service.js';
