import { Module } from '@nestjs/common';
import { AccessModule } from '@rollcall/access';
import { AgentsModule } from '@rollcall/agents';
import { AuditModule } from '@rollcall/audit';
import { RegistryModule } from '@rollcall/registry';
import { UsageModule } from '@rollcall/usage';
import { ConsumerService } from './consumer.service.js';
import { DeclarationsReadModel } from './declarations.read-model.prisma.js';
import { ExpectationRecords } from './expectation.records.prisma.js';
import { ExpectationService } from './expectation.service.js';
import { ExpectationAdvice } from './expectation-advice.read-model.prisma.js';
import { SeenAgentsReadModel } from './seen-agents.read-model.prisma.js';

/** What agents rely on, and who relies on what. Needs the global PersistenceModule and RuntimeModule. */
@Module({
  imports: [AccessModule, AgentsModule, AuditModule, RegistryModule, UsageModule],
  providers: [
    ConsumerService,
    DeclarationsReadModel,
    ExpectationAdvice,
    ExpectationRecords,
    ExpectationService,
    SeenAgentsReadModel,
  ],
  exports: [ConsumerService, ExpectationService],
})
export class ConsumersModule {}
