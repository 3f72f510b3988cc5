export { GatewayService } from './gateway.service.js';
export { GATEWAY_SAW_DRIFT } from './gateways.events.js';
export { GatewaysModule } from './gateways.module.js';
export { StatusReports } from './status-report.service.js';
