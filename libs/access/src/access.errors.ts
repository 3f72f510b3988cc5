import { Refusal } from '@rollcall/kernel';
import type { Action } from './action.catalogue.js';

/** The caller is known, and may not do this. */
export function forbidden(handle: string, action: Action): Refusal {
  return new Refusal({
    code: 'FORBIDDEN',
    message: `${handle} has no role that allows "${action}" here.`,
    nextStep: `Ask an administrator of your organization for a role with "${action}".`,
    details: { action },
  });
}

/** No token, or one that is unknown, expired or revoked: the answer does not say which. */
export function unauthenticated(): Refusal {
  return new Refusal({
    code: 'UNAUTHENTICATED',
    message: 'This needs a valid API token.',
    nextStep: 'Send it as "Authorization: Bearer TOKEN", or run: rollcall login --url URL --token TOKEN',
  });
}
