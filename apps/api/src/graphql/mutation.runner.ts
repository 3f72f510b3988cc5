import { Injectable } from '@nestjs/common';
import { AuditLog } from '@rollcall/audit';
import { type JsonObject, Refusal, type RequestContext } from '@rollcall/kernel';
import { MUTATION_ACTIONS, type MutationName } from './mutation.catalogue.js';

/** A refusal as the schema shows it. */
export type UserErrorShape = {
  code: string;
  message: string;
  nextStep: string;
  path: readonly string[];
  details: JsonObject;
};

/** Who you are and what exists for you is answered at the top level; everything else is an answer of the mutation. */
const TOP_LEVEL = new Set(['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND']);

/** Runs mutations: refusals become `errors` of the payload, and every denied attempt is on the audit log. */
@Injectable()
export class MutationRunner {
  constructor(private readonly audit: AuditLog) {}

  /** `subject` names what was attempted; `empty` is the payload without its entity. */
  async run<T extends object, E extends object>(
    ctx: RequestContext,
    attempt: { mutation: MutationName; subject: string; empty: E },
    work: () => Promise<T>,
  ): Promise<(T | E) & { errors: UserErrorShape[] }> {
    try {
      return { ...(await work()), errors: [] };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      await this.audit.denied(ctx, {
        action: MUTATION_ACTIONS[attempt.mutation][0],
        subject: printable(attempt.subject),
        data: { code: error.code, mutation: attempt.mutation },
      });
      if (TOP_LEVEL.has(error.code)) throw error;
      return { ...attempt.empty, errors: [toUserError(error)] };
    }
  }
}

/** A subject may be what a stranger typed: no more than a line, and nothing that PostgreSQL or the hash of the chain cannot take. */
function printable(text: string): string {
  return text.slice(0, 300).replace(/[\p{Cc}\p{Cs}]/gu, '\uFFFD');
}

function toUserError(refusal: Refusal): UserErrorShape {
  const { code, message, nextStep, path, details } = refusal;
  return { code, message, nextStep, path, details };
}
