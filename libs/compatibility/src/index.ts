export { type CompareOptions, compareContracts } from './compare.js';
export * from './comparison.js';
export { type Finding, lintContract } from './lint.js';
export { suggestToolMapping, type ToolMapping } from './renames.js';
export { RULES, type Rule } from './rules.js';
export { type SemverVerdict, semverGate, type VersionedContract } from './semver-gate.js';
