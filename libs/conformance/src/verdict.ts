/** What a case says at its end; the runner turns `violated` into fail or warn by the level of the case. */
export type Verdict = { kind: 'met' | 'met-unusually' | 'violated' | 'skipped' | 'cut-short'; reason: string };

/** Ends a case from wherever its answer is known. It never leaves the runner. */
export class CaseEnded extends Error {
  constructor(readonly verdict: Verdict) {
    super(verdict.reason);
    this.name = 'CaseEnded';
  }
}

/** The registry does what the sentence of the case says. */
export function met(reason = ''): Verdict {
  return { kind: 'met', reason };
}

/** It does, in a way that some client may not expect. */
export function metUnusually(reason: string): Verdict {
  return { kind: 'met-unusually', reason };
}

/** It does not. */
export function violated(reason: string): Verdict {
  return { kind: 'violated', reason };
}

/** Ends the case: the registry does not do it. */
export function refute(reason: string): never {
  throw new CaseEnded(violated(reason));
}

/** Ends the case without a verdict. */
export function skip(reason: string): never {
  throw new CaseEnded({ kind: 'skipped', reason });
}

/** Ends the case because we may not ask any more: without it there is no yes to the whole. */
export function cutShort(reason: string): never {
  throw new CaseEnded({ kind: 'cut-short', reason });
}

/** Ends the case unless this holds. */
export function require(holds: boolean, otherwise: string): asserts holds {
  if (!holds) refute(otherwise);
}
