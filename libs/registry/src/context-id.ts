import { Refusal } from '@rollcall/kernel';

const CONTEXT_ID = /^[A-Za-z0-9][A-Za-z0-9._:/#@+-]{0,199}$/;

/** What a caller calls its pull request: one line of at most 200 letters, digits and `._:/#@+-`. Null when there is none. */
export function readContextId(value: string | null | undefined): string | null {
  if (value === undefined || value === null) return null;
  if (CONTEXT_ID.test(value)) return value;
  throw new Refusal({
    code: 'CONTEXT_ID_INVALID',
    message: 'A context id is 1 to 200 letters, digits and . _ : / # @ + -, and begins with a letter or digit.',
    nextStep: 'Name the pull request, for example acme/weather#12.',
    path: ['contextId'],
  });
}
