import type { JsonObject } from './json.js';

/**
 * The three kinds of outcome (ADR 0005):
 * a *verdict* is data and never an error; a *refusal* is expected and typed; a *fault* is everything else that is thrown.
 */

/** What a refusal carries for a person and for a program. */
export type RefusalParts = {
  /** Stable UPPER_SNAKE code; programs match on it. */
  code: string;
  /** One sentence for a person: what happened and why. */
  message: string;
  /** One sentence: what to do next. */
  nextStep: string;
  /** Path of the offending input field, outermost first. */
  path?: readonly string[];
  /** Machine-readable evidence. */
  details?: JsonObject;
};

/**
 * An expected "no": thrown inside a use case so that its transaction rolls back, and turned into a typed answer at the
 * edge. It is never logged as an error and never retried by a queue.
 */
export class Refusal extends Error {
  readonly code: string;
  readonly nextStep: string;
  readonly path: readonly string[];
  readonly details: JsonObject;

  constructor(parts: RefusalParts) {
    super(parts.message);
    this.name = 'Refusal';
    this.code = parts.code;
    this.nextStep = parts.nextStep;
    this.path = parts.path ?? [];
    this.details = parts.details ?? {};
  }
}

/** The answer of a pure function that can say no. */
export type Result<T, E = RefusalParts> = { ok: true; value: T } | { ok: false; error: E };

/** A successful {@link Result}. */
export const ok = <T>(value: T): { ok: true; value: T } => ({ ok: true, value });
/** A failed {@link Result}. */
export const err = <E>(error: E): { ok: false; error: E } => ({ ok: false, error });

/** The refusal for anything a caller may not see or that does not exist: deliberately the same (no existence oracle). */
export function notFound(what: string, name: string): Refusal {
  return new Refusal({
    code: 'NOT_FOUND',
    message: `There is no ${what} "${shortened(name)}" that you can see.`,
    nextStep: `Check the spelling, or ask the owner of the ${what} for access.`,
  });
}

const LONGEST_NAME = 300;

/** A name as somebody wrote it, to be said back to them: nobody is sent a megabyte of their own. */
export const shortened = (name: string): string =>
  name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME)}…`;
