import { Module } from '@nestjs/common';
import { AccessService } from './access.service.js';
import { AccessStore } from './access.store.prisma.js';
import { OrganizationSetup } from './organization.setup.js';
import { TokenService } from './token.service.js';

/** Who is asking and what they may do. Needs the global PersistenceModule. */
@Module({
  providers: [AccessService, AccessStore, OrganizationSetup, TokenService],
  exports: [AccessService, AccessStore, OrganizationSetup, TokenService],
})
export class AccessModule {}
