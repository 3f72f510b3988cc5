/** A rule set came into force; `payload` is `{ namespace, revision }`, the namespace '' for the organization. */
export const RULE_SET_CHANGED = 'lint.rule_set_changed';
/** Findings of a rule are let pass until a date; `payload` is `{ exceptionId, serverId }`. */
export const LINT_EXCEPTION_GRANTED = 'lint.exception_granted';
/** An exception was taken back before its end; `payload` as above. */
export const LINT_EXCEPTION_REVOKED = 'lint.exception_revoked';
