import { Module } from '@nestjs/common';
import { AccessModule } from '@rollcall/access';
import { AuditModule } from '@rollcall/audit';
import { GatewayService } from './gateway.service.js';
import { StatusReports } from './status-report.service.js';

/** Gateways. Needs the global BundlesModule and PersistenceModule. */
@Module({
  imports: [AccessModule, AuditModule],
  providers: [GatewayService, StatusReports],
  exports: [GatewayService, StatusReports],
})
export class GatewaysModule {}
