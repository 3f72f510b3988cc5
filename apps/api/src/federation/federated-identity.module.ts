import { Module } from '@nestjs/common';
import { FederationService } from '@rollcall/identity';
import { FederatedIdentity } from '@rollcall/proofs';

/** Lets the token exchange of the registry API take tokens of other issuers by the federation rules. Needs the IdentityModule. */
@Module({
  providers: [{ provide: FederatedIdentity, useExisting: FederationService }],
  exports: [FederatedIdentity],
})
export class FederatedIdentityModule {}
