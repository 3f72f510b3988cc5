import { type DynamicModule, Module } from '@nestjs/common';
import { AccessModule } from '@rollcall/access';
import { AuditModule } from '@rollcall/audit';
import type { NetworkPolicy } from '@rollcall/mcp-client';
import { FederatedTokens, FederationService } from './federation/federation.service.js';
import { FederationRuleService } from './federation/federation-rule.service.js';
import { FederationNetwork, OidcIssuers } from './federation/oidc-issuer.client.js';
import { TokenVerifier } from './federation/token-verifier.js';
import { IdentityJournal } from './identity-journal.js';
import { PeopleService } from './people/people.service.js';
import { RoleService } from './people/role.service.js';
import { TeamService } from './people/team.service.js';
import { ServerAttributesService } from './server-attributes.service.js';
import { ApiTokenService } from './tokens/api-token.service.js';
import { TokenOwnership } from './tokens/token-ownership.js';

const SERVICES = [
  ApiTokenService,
  FederationRuleService,
  FederationService,
  PeopleService,
  RoleService,
  ServerAttributesService,
  TeamService,
];

/** Who exists, and how they show it. Global; needs the global PersistenceModule and RuntimeModule. */
@Module({})
export class IdentityModule {
  /** `network` says which networks the issuers of federation rules may be in, beside the public ones. */
  static forRoot(network: NetworkPolicy): DynamicModule {
    return {
      module: IdentityModule,
      global: true,
      imports: [AccessModule, AuditModule],
      providers: [
        { provide: FederationNetwork, useValue: new FederationNetwork(network) },
        FederatedTokens,
        IdentityJournal,
        OidcIssuers,
        TokenOwnership,
        TokenVerifier,
        ...SERVICES,
      ],
      exports: SERVICES,
    };
  }
}
