import { Module } from '@nestjs/common';
import { AccessModule } from '@rollcall/access';
import { AuditModule } from '@rollcall/audit';
import { GatewayService } from './gateway.service.js';

/** Gateways. Needs the global BundlesModule and PersistenceModule. */
@Module({ imports: [AccessModule, AuditModule], providers: [GatewayService], exports: [GatewayService] })
export class GatewaysModule {}
