export { AgentService } from './agent.service.js';
export { AgentsModule } from './agents.module.js';
export { type GrantInput, GrantService } from './grant.service.js';
