import type { Finding, FindingKind } from './finding.js';

/** Which schema of a tool: arguments a caller sends, or results a reader gets. */
export type SchemaSide = 'input' | 'output';

type RuleIds = Record<FindingKind, string>;

/** Input: what the old schema accepts and the new one does not. */
const INPUT_BREAKS: RuleIds = {
  type: 'INPUT_TYPE_NARROWED',
  enum: 'INPUT_ENUM_NARROWED',
  enum_missing: 'INPUT_ENUM_ADDED',
  bound: 'INPUT_BOUND_TIGHTENED',
  inexact: 'INPUT_INEXACT_INTEGERS_REFUSED',
  unique: 'INPUT_UNIQUE_ITEMS_REQUIRED',
  pattern: 'INPUT_PATTERN_CHANGED',
  format: 'INPUT_FORMAT_CHANGED',
  required: 'INPUT_REQUIRED_ADDED',
  property: 'INPUT_PROPERTY_REMOVED',
  property_open: 'INPUT_PROPERTY_ADDED_TO_OPEN',
  closed: 'INPUT_CLOSED',
  names: 'INPUT_PROPERTY_NAMES_NARROWED',
  union: 'INPUT_UNION_NARROWED',
  undecided: 'INPUT_SCHEMA_NARROWED',
};

/** Input: what the new schema accepts and the old one did not. */
const INPUT_LOOSENS: RuleIds = {
  type: 'INPUT_TYPE_WIDENED',
  enum: 'INPUT_ENUM_WIDENED',
  enum_missing: 'INPUT_ENUM_REMOVED',
  bound: 'INPUT_BOUND_LOOSENED',
  inexact: 'INPUT_BOUND_LOOSENED',
  unique: 'INPUT_CONSTRAINT_LOOSENED',
  pattern: 'INPUT_CONSTRAINT_LOOSENED',
  format: 'INPUT_CONSTRAINT_LOOSENED',
  required: 'INPUT_REQUIRED_REMOVED',
  property: 'INPUT_PROPERTY_ADDED',
  property_open: 'INPUT_PROPERTY_REMOVED_FROM_OPEN',
  closed: 'INPUT_OPENED',
  names: 'INPUT_CONSTRAINT_LOOSENED',
  union: 'INPUT_UNION_WIDENED',
  undecided: 'INPUT_CONSTRAINT_LOOSENED',
};

/** Output: what the new schema may return and the old one could not. */
const OUTPUT_BREAKS: RuleIds = {
  type: 'OUTPUT_TYPE_WIDENED',
  enum: 'OUTPUT_ENUM_WIDENED',
  enum_missing: 'OUTPUT_ENUM_REMOVED',
  bound: 'OUTPUT_BOUND_LOOSENED',
  inexact: 'OUTPUT_INEXACT_INTEGERS_ALLOWED',
  unique: 'OUTPUT_UNIQUE_ITEMS_DROPPED',
  pattern: 'OUTPUT_PATTERN_CHANGED',
  format: 'OUTPUT_FORMAT_CHANGED',
  required: 'OUTPUT_REQUIRED_REMOVED',
  property: 'OUTPUT_PROPERTY_ADDED_TO_CLOSED',
  property_open: 'OUTPUT_PROPERTY_REMOVED',
  closed: 'OUTPUT_OPENED',
  names: 'OUTPUT_PROPERTY_NAMES_WIDENED',
  union: 'OUTPUT_UNION_WIDENED',
  undecided: 'OUTPUT_SCHEMA_WIDENED',
};

/** Output: what the old schema could return and the new one cannot. */
const OUTPUT_TIGHTENS: RuleIds = {
  type: 'OUTPUT_TYPE_NARROWED',
  enum: 'OUTPUT_ENUM_NARROWED',
  enum_missing: 'OUTPUT_ENUM_ADDED',
  bound: 'OUTPUT_BOUND_TIGHTENED',
  inexact: 'OUTPUT_BOUND_TIGHTENED',
  unique: 'OUTPUT_CONSTRAINT_TIGHTENED',
  pattern: 'OUTPUT_CONSTRAINT_TIGHTENED',
  format: 'OUTPUT_CONSTRAINT_TIGHTENED',
  required: 'OUTPUT_REQUIRED_ADDED',
  property: 'OUTPUT_PROPERTY_REMOVED',
  property_open: 'OUTPUT_PROPERTY_ADDED',
  closed: 'OUTPUT_CLOSED',
  names: 'OUTPUT_CONSTRAINT_TIGHTENED',
  union: 'OUTPUT_UNION_NARROWED',
  undecided: 'OUTPUT_CONSTRAINT_TIGHTENED',
};

/** The rule of a finding in the direction that may break callers or readers. */
export function breakingRule(side: SchemaSide, finding: Finding): string {
  if (side === 'output') return OUTPUT_BREAKS[finding.kind];
  if (finding.kind === 'required' && finding.withDefault) return 'INPUT_REQUIRED_WITH_DEFAULT_ADDED';
  return INPUT_BREAKS[finding.kind];
}

/** The rule of a finding in the harmless direction. */
export function harmlessRule(side: SchemaSide, finding: Finding): string {
  return side === 'input' ? INPUT_LOOSENS[finding.kind] : OUTPUT_TIGHTENS[finding.kind];
}
