import { Refusal } from '@rollcall/kernel';

/** This installation has no identity provider. */
export function signInUnavailable(): Refusal {
  return new Refusal({
    code: 'SIGN_IN_UNAVAILABLE',
    message: 'This installation has no identity provider to sign in with.',
    nextStep: 'Use an API token, or have ROLLCALL_OIDC_ISSUER and ROLLCALL_OIDC_CLIENT_ID configured.',
  });
}

/** The way back does not belong to a sign-in that this browser began a short while ago. */
export function signInExpired(): Refusal {
  return new Refusal({
    code: 'SIGN_IN_EXPIRED',
    message: 'This sign-in was not begun by this browser, was used already, or took too long.',
    nextStep: 'Begin again on the sign-in page.',
  });
}

/** The provider said no, or something that does not hold. */
export function signInRefused(reason: string): Refusal {
  return new Refusal({
    code: 'SIGN_IN_REFUSED',
    message: `The identity provider did not confirm who you are (${reason}).`,
    nextStep: 'Try again; if it stays, ask an administrator to look at the configuration of the provider.',
  });
}

/** The provider knows this person, and we do not. */
export function accountUnknown(): Refusal {
  return new Refusal({
    code: 'ACCOUNT_UNKNOWN',
    message: 'You are signed in at the identity provider, but have no account here.',
    nextStep: 'Ask an administrator to create a user with your verified e-mail address.',
  });
}
