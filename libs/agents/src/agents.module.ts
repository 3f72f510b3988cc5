import { Module } from '@nestjs/common';
import { AccessModule } from '@rollcall/access';
import { AuditModule } from '@rollcall/audit';
import { RegistryModule } from '@rollcall/registry';
import { AgentService } from './agent.service.js';
import { GrantRecords } from './grant.records.prisma.js';
import { GrantService } from './grant.service.js';

/** Agents, their tokens and their grants. Needs the global PersistenceModule. */
@Module({
  imports: [AccessModule, AuditModule, RegistryModule],
  providers: [AgentService, GrantRecords, GrantService],
  exports: [AgentService, GrantService],
})
export class AgentsModule {}
