export type { CheckConclusion, CheckMaterial, CheckResult, CheckStep, StepName } from './check.js';
export { CheckRecords } from './check.records.prisma.js';
export { CheckService } from './check.service.js';
export { CHECK_CONCLUDED, CHECK_REQUESTED } from './checks.events.js';
export { ChecksModule } from './checks.module.js';
export { conclude, runCheck } from './conclude.js';
