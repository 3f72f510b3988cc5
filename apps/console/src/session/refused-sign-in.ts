import type { Problem } from '../display/problem.js';

/** What the api's codes mean to somebody who has just come back from the identity provider. */
const refusals: Record<string, { message: string; nextStep: string }> = {
  SIGN_IN_EXPIRED: {
    message: 'This sign-in was not begun in this browser, was used already, or took longer than ten minutes.',
    nextStep: 'Begin again.',
  },
  SIGN_IN_REFUSED: {
    message: 'Your organization did not confirm who you are.',
    nextStep: 'Try again. If it stays, ask an administrator to look at the settings of the identity provider.',
  },
  ACCOUNT_UNKNOWN: {
    message: 'Your organization knows you, but you have no account here.',
    nextStep: 'Ask an administrator of Rollcall to create a user with your verified e-mail address.',
  },
  SIGN_IN_UNAVAILABLE: {
    message: 'This installation has no identity provider to sign in with.',
    nextStep: 'Use an API token, or ask whoever runs this installation to configure a provider.',
  },
};

/** The problem behind `?refused=CODE`; null without one. A code nobody knows says no more than that it failed. */
export function refusedSignIn(search: string): Problem | null {
  const code = new URLSearchParams(search).get('refused');
  if (code === null) return null;
  const known = Object.hasOwn(refusals, code) ? refusals[code] : undefined;
  return {
    code: known === undefined ? 'SIGN_IN_FAILED' : code,
    message: known?.message ?? 'The sign-in did not succeed.',
    nextStep: known?.nextStep ?? 'Try again.',
    requestId: null,
  };
}
