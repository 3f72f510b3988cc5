export type { ExceptionRow } from './lint-exception.read-model.prisma.js';
export { type ExceptionInput, type ExceptionQuery, LintExceptionService } from './lint-exception.service.js';
export { LINT_EXCEPTION_GRANTED, LINT_EXCEPTION_REVOKED, RULE_SET_CHANGED } from './quality.events.js';
export { QualityModule } from './quality.module.js';
export { type LintSubject, QualityService } from './quality.service.js';
export { type RuleSetInput, type RuleSetPage, RuleSetService, type RuleSetView } from './rule-set.service.js';
