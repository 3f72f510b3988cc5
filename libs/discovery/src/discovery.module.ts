import { Module } from '@nestjs/common';
import { AccessModule } from '@rollcall/access';
import { RegistryModule } from '@rollcall/registry';
import { BoundedReads } from './bounded-read.runner.js';
import { ServerFactsReadModel } from './server-facts.read-model.prisma.js';
import { ServerFinder } from './server-finder.read-model.prisma.js';
import { ToolFinder } from './tool-finder.read-model.prisma.js';
import { ToolIndexService } from './tool-index.service.js';

/** Finding servers and tools. Needs the global PersistenceModule and RuntimeModule. */
@Module({
  imports: [AccessModule, RegistryModule],
  providers: [BoundedReads, ServerFactsReadModel, ServerFinder, ToolFinder, ToolIndexService],
  exports: [ServerFactsReadModel, ServerFinder, ToolFinder, ToolIndexService],
})
export class DiscoveryModule {}
