import { pointer } from '@rollcall/contract';
import type { JsonValue } from '@rollcall/kernel';
import type { Alternative, Budget, Node, Part } from './schema-node.js';

/** Differences that are listed at one place; that there are more is said, and never taken for safe. */
export const MAX_FINDINGS = 200;

/** What exactly one side accepts that the other does not. */
export type FindingKind =
  | 'type'
  | 'enum'
  | 'enum_missing'
  | 'bound'
  | 'inexact'
  | 'unique'
  | 'pattern'
  | 'format'
  | 'required'
  | 'property'
  | 'property_open'
  | 'closed'
  | 'names'
  | 'union'
  | 'undecided';

/** One step from a parent value to the child a finding is about; the parent alternative is what embeds the child. */
export type Step = { parent: Alternative; key: string | number };

/** A reason why the smaller side is not (or not provably) included in the larger one. */
export type Finding = {
  kind: FindingKind;
  /** JSON pointer below the schema root, along the evaluation path. */
  path: string;
  /** How a value at this place is reached from the root of the value. */
  steps: readonly Step[];
  /** False when the comparison could not be exact here: only a verified witness makes it certain. */
  definite: boolean;
  /** What it is about, for a person: a property name, a keyword. */
  subject: string;
  /** The two sides of the difference, small, for message and fingerprint. */
  sub: JsonValue;
  sup: JsonValue;
  /** Values at this place that probably show the difference. */
  hints: JsonValue[];
  /** For `undecided`: why. */
  reason?: string;
  /** For `required`: the property has a default on the larger side. */
  withDefault?: boolean;
  /** For `required`: the schema of the property, when only the larger side declares it. */
  declared?: JsonValue;
  /** The alternative at this place, for generating values. */
  at?: Alternative;
};

/** Where the comparison is: pointer and the way a value gets here. */
export type Place = { path: string; steps: readonly Step[] };

/** The place below, reached by keywords in the schema and a key in the value. */
export function below(place: Place, keywords: readonly string[], step: Step): Place {
  return { path: place.path + pointer(keywords), steps: [...place.steps, step] };
}

/** The comparison itself, as the checks of single keyword families see it. */
export type Comparer = {
  readonly budget: Budget;
  includes(sub: Node, sup: Node, place: Place): Finding[];
  check(one: Alternative, part: Part, place: Place, trail: readonly string[]): Finding[];
};

/** What a check of one keyword family gets. */
export type CheckContext = {
  inclusion: Comparer;
  one: Alternative;
  facet: Alternative['facets'][number];
  place: Place;
  trail: readonly string[];
};

/** A finding with its defaults filled in. */
export function finding(kind: FindingKind, place: Place, at: Alternative, more: Partial<Finding>): Finding {
  const none: JsonValue = null;
  return {
    kind,
    path: place.path,
    steps: place.steps,
    definite: !at.loose,
    subject: '',
    sub: none,
    sup: none,
    hints: [],
    at,
    ...more,
  };
}

/** The finding for "could not tell". */
export function undecided(place: Place, reason: string, at?: Alternative): Finding {
  return {
    kind: 'undecided',
    path: place.path,
    steps: place.steps,
    definite: false,
    subject: reason,
    sub: null,
    sup: null,
    hints: [],
    reason,
    ...(at ? { at } : {}),
  };
}
