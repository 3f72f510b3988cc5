import { Module } from '@nestjs/common';
import { AccessModule } from '@rollcall/access';
import { UsageService } from './usage.service.js';

/** What gateways saw being called. Needs the global PersistenceModule. */
@Module({ imports: [AccessModule], providers: [UsageService], exports: [UsageService] })
export class UsageModule {}
