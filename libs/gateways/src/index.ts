export { GatewayService } from './gateway.service.js';
export { GatewaysModule } from './gateways.module.js';
