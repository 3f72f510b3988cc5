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

/** The caller has the action, but an attribute of the target takes more; `rule` is its name in policy/attributes.csv. */
export function forbiddenByAttribute(handle: string, action: Action, rule: string): Refusal {
  return new Refusal({
    code: 'FORBIDDEN',
    message: `${handle} may not do "${action}" here: the rule "${rule}" asks for another role.`,
    nextStep: `See the rule "${rule}" on the page of permissions, or ask somebody who has one of its roles.`,
    details: { action, rule },
  });
}

/** The credential of this request is limited to other actions, whatever its owner may do. */
export function outOfScope(handle: string, action: Action): Refusal {
  return new Refusal({
    code: 'FORBIDDEN',
    message: `The token of ${handle} does not have the scope "${action}".`,
    nextStep: `Use a token with the scope "${action}".`,
    details: { action, scope: action },
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
