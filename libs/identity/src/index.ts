export {
  type FederatedAccount,
  type FederationInput,
  FederationService,
} from './federation/federation.service.js';
export { type FederationRuleInput, FederationRuleService } from './federation/federation-rule.service.js';
export { IDENTITY_TOPICS, type IdentityTopic } from './identity.events.js';
export { IdentityModule } from './identity.module.js';
export { PeopleService, type PrincipalQuery } from './people/people.service.js';
export { RoleService } from './people/role.service.js';
export { TeamService } from './people/team.service.js';
export { type ServerAttributesInput, ServerAttributesService } from './server-attributes.service.js';
export { type ApiTokenInput, ApiTokenService } from './tokens/api-token.service.js';
