import { isJsonObject, type JsonObject } from '@rollcall/kernel';
import { isEmptyAlternative } from './emptiness.js';
import {
  type CheckContext,
  type Comparer,
  type Finding,
  finding,
  MAX_FINDINGS,
  type Place,
  undecided,
} from './finding.js';
import { checkObject } from './inclusion-object.js';
import { checkArray, checkNumber, checkString, checkTypes, checkValues } from './inclusion-scalar.js';
import { checkOpaque, checkUnion } from './inclusion-union.js';
import {
  type Alternative,
  alternativesOf,
  Budget,
  type Doc,
  list,
  meaningOf,
  type Node,
  nodeId,
  type Part,
  partId,
  referenced,
  Undecidable,
} from './schema-node.js';

const OPEN_CHECKS = [checkTypes, checkNumber, checkString, checkArray, checkObject, checkOpaque, checkUnion];
const FINITE_CHECKS = [checkValues, checkUnion];
/** Twenty times what the hardest schemas of the recorded servers take, and a fraction of a second. */
export const MAX_STEPS = 8_000;

type Known = { findings: Finding[]; place: Place };

/** A list nobody reads to its end is cut, and says so: what was left out is never taken for safe. */
function limited(findings: Finding[], place: Place): Finding[] {
  if (findings.length <= MAX_FINDINGS) return findings;
  const rest = undecided(place, `there are more than ${MAX_FINDINGS} differences, the others are not listed`);
  return [...findings.slice(0, MAX_FINDINGS - 1), rest];
}

/**
 * Proves that every value of one schema is a value of another, or says why not. An empty answer is a proof; anything the
 * procedure cannot decide is a finding. Recursive schemas end because a pair that is being compared further out is taken
 * as included: values are finite trees, so the induction is over the depth of the value.
 */
export class Inclusion implements Comparer {
  readonly budget: Budget;
  private readonly memo = new Map<string, Known | 'open'>();
  private readonly proved: string[] = [];

  constructor(maxSteps: number) {
    this.budget = new Budget(maxSteps);
  }

  /** Compares two places; called for the roots and whenever the comparison moves into a child of the value. */
  includes(sub: Node, sup: Node, place: Place): Finding[] {
    const key = `${nodeId(sub)}<${nodeId(sup)}`;
    const known = this.memo.get(key);
    if (known === 'open') return [];
    if (known !== undefined) return this.moved(known, place);
    const mark = this.proved.length;
    this.memo.set(key, 'open');
    const findings = limited(this.attempt(sub, sup, place), place);
    this.memo.set(key, { findings, place });
    if (findings.length === 0) this.proved.push(key);
    // What was proved while this pair was assumed may rest on the assumption, which has just turned out wrong.
    else for (const dependent of this.proved.splice(mark)) this.memo.delete(dependent);
    return findings;
  }

  /** The same two schemas meet again elsewhere: what was found is true there too, and is told for that place. */
  private moved({ findings, place: from }: Known, to: Place): Finding[] {
    if (findings.length === 0 || from.path === to.path) return findings;
    this.budget.spend(findings.length);
    return findings.map((each) => ({
      ...each,
      path: to.path + each.path.slice(from.path.length),
      steps: [...to.steps, ...each.steps.slice(from.steps.length)],
    }));
  }

  private attempt(sub: Node, sup: Node, place: Place): Finding[] {
    const findings: Finding[] = [];
    return this.guarded(place, findings, () => {
      this.budget.spend();
      if (sup.every((part) => part.schema === true)) return;
      for (const alternative of alternativesOf(sub, this.budget)) {
        if (isEmptyAlternative(alternative, this.budget)) continue;
        for (const part of sup) findings.push(...this.check(alternative, part, place, []));
        if (findings.length > MAX_FINDINGS) return;
      }
    });
  }

  /** Giving up at one place must not lose what was found beside it. */
  private guarded(place: Place, findings: Finding[], run: () => void): Finding[] {
    try {
      run();
    } catch (cause) {
      if (!(cause instanceof Undecidable)) throw cause;
      findings.push(undecided(place, cause.reason));
    }
    return findings;
  }

  /** Compares one alternative with one schema at the same place; `trail` guards against references that only lead to each other. */
  check(one: Alternative, part: Part, place: Place, trail: readonly string[]): Finding[] {
    return this.budget.inside(() => this.checked(one, part, place, trail));
  }

  private checked(one: Alternative, part: Part, place: Place, trail: readonly string[]): Finding[] {
    this.budget.spend();
    if (part.schema === true) return [];
    if (!isJsonObject(part.schema))
      return [finding('type', place, one, { subject: 'nothing is accepted', sup: false })];
    const id = partId(part);
    if (trail.includes(id)) return [undecided(place, 'a reference leads back to itself')];
    this.budget.spend(one.origin.length >> 2);
    if (one.origin.some((seen) => partId(seen) === id || meaningOf(seen, this.budget) === meaningOf(part, this.budget)))
      return [];
    const deeper = [...trail, id];
    const { doc, schema } = part as { doc: Doc; schema: JsonObject };
    const context: CheckContext = { inclusion: this, one, facet: { schema, doc }, place, trail: deeper };
    const findings: Finding[] = [];
    for (const checker of one.values === null ? OPEN_CHECKS : FINITE_CHECKS) {
      this.guarded(place, findings, () => findings.push(...checker(context)));
    }
    return this.guarded(place, findings, () => {
      const conjuncts = [...referenced(part), ...list(schema, 'allOf').map((each) => ({ schema: each, doc }))];
      for (const next of conjuncts) findings.push(...this.check(one, next, place, deeper));
    });
  }
}
