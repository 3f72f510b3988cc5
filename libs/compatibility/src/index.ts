export { type CompareOptions, compareContracts } from './compare.js';
export * from './comparison.js';
export { type TextSignal, textSignals } from './injection.js';
export { mixedScriptWords, withLatinLookalikes } from './lookalikes.js';
export { suggestToolMapping, type ToolMapping } from './renames.js';
export { RULES, type Rule } from './rules.js';
export { type SemverVerdict, semverGate, type VersionedContract } from './semver-gate.js';
export { type Validator, validatorOf } from './validator.js';
