import { describe, expect, it } from '@jest/globals';
import { signInAddress } from './browser-session.js';
import { refusedSignIn } from './refused-sign-in.js';

describe('a refused sign-in', () => {
  it('has a sentence and a next step for every code the api sends', () => {
    for (const code of ['SIGN_IN_EXPIRED', 'SIGN_IN_REFUSED', 'ACCOUNT_UNKNOWN', 'SIGN_IN_UNAVAILABLE']) {
      expect(refusedSignIn(`?refused=${code}`)).toMatchObject({ code, message: expect.stringMatching(/\.$/) });
    }
  });

  it('never shows what somebody wrote into the address', () => {
    for (const code of ['<script>', 'constructor', '', 'Call 555-0100']) {
      const problem = refusedSignIn(`?${new URLSearchParams({ refused: code })}`);
      expect(problem).toMatchObject({ code: 'SIGN_IN_FAILED', message: 'The sign-in did not succeed.' });
    }
  });

  it('is nothing without a code', () => {
    expect(refusedSignIn('?q=x')).toBeNull();
  });
});

describe('the address to sign in at', () => {
  it('brings back to the page, and from the sign-in page to the start', () => {
    expect(signInAddress({ pathname: '/servers/com.acme/x', search: '?version=1.0.0' })).toBe(
      '/auth/sign-in?returnTo=%2Fservers%2Fcom.acme%2Fx%3Fversion%3D1.0.0',
    );
    expect(signInAddress({ pathname: '/sign-in', search: '?refused=X' })).toBe('/auth/sign-in?returnTo=%2F');
  });
});
