export { type Caller, type CallersQuestion, CallersReadModel } from './callers.read-model.prisma.js';
export { UsageModule } from './usage.module.js';
export { type Reporter, type UsageSeen, UsageService } from './usage.service.js';
