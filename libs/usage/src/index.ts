export { UsageModule } from './usage.module.js';
export { type Reporter, type UsageSeen, UsageService } from './usage.service.js';
