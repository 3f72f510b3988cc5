export { UsageModule } from './usage.module.js';
export { type Reporter, UsageService } from './usage.service.js';
