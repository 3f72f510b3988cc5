import type { ExpectationProblem } from '@rollcall/expectations';
import { Refusal } from '@rollcall/kernel';

/** The document cannot be read, or speaks of another agent. */
export function expectationsInvalid(problems: readonly ExpectationProblem[]): Refusal {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return new Refusal({
    code: 'EXPECTATIONS_INVALID',
    message: `The expectations document cannot be used: ${first?.path || '/'}: ${first?.message ?? ''}${more}`,
    nextStep: 'Correct it; docs/reference/expectations.md describes the document.',
    path: ['document'],
    details: { problems: problems.map(({ path, message }) => ({ path, message })) },
  });
}
