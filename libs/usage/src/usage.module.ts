import { Module } from '@nestjs/common';
import { UsageService } from './usage.service.js';

/** What gateways saw being called. Needs the global PersistenceModule. */
@Module({ providers: [UsageService], exports: [UsageService] })
export class UsageModule {}
