import { Refusal } from '@rollcall/kernel';

const refusal = (code: string, message: string, nextStep: string, path: string[] = []): Refusal =>
  new Refusal({ code, message, nextStep, path });

export const lastMember = (team: string): Refusal =>
  refusal(
    'LAST_MEMBER',
    `The team "${team}" owns something and would be left without an enabled member.`,
    'Add another member to the team first.',
  );

export const lastAdmin = (): Refusal =>
  refusal(
    'LAST_ADMIN',
    'The organization would be left without an enabled administrator.',
    'Give the role "admin" to somebody else first.',
  );

export const teamInUse = (team: string, owned: readonly string[]): Refusal =>
  refusal(
    'TEAM_IN_USE',
    `The team "${team}" still owns ${owned.join(', ')}.`,
    'Move them to another team first, or keep the team.',
  );

export const nameTaken = (what: string, name: string): Refusal =>
  refusal('NAME_TAKEN', `There is a ${what} called "${name}" already.`, 'Choose another name.');

export const invalidInput = (field: string, message: string, nextStep: string): Refusal =>
  refusal('INVALID_INPUT', message, nextStep, [field]);

export const scopesInvalid = (message: string): Refusal =>
  refusal('SCOPES_INVALID', message, 'Name actions of the page of permissions, or * alone.', ['scopes']);

export const expiryInvalid = (message: string, nextStep: string): Refusal =>
  refusal('EXPIRY_INVALID', message, nextStep, ['expiresAt']);

export const tokenNotForOthers = (handle: string): Refusal =>
  refusal(
    'TOKEN_NOT_YOURS',
    `Tokens of ${handle} are made by ${handle}.`,
    'Only somebody without a live token gets a first one from an administrator, for at most 7 days.',
  );

export const noTokensOfThisKind = (handle: string, kind: string): Refusal =>
  refusal(
    'TOKEN_NOT_YOURS',
    `${handle} is a ${kind} and has no API tokens of this kind.`,
    'Use the commands for gateways.',
  );

export const tokenEnded = (): Refusal => refusal('TOKEN_ENDED', 'This token is revoked or expired.', 'Make a new one.');

export const ruleInvalid = (message: string, nextStep = 'See the page on identity for examples.'): Refusal =>
  refusal('FEDERATION_RULE_INVALID', message, nextStep, ['claims']);

/** The one refusal for every token of another issuer that is not taken; `reason` continues "because". */
export const federationRefused = (reason: string): Refusal =>
  refusal(
    'FEDERATION_REFUSED',
    `The token is not accepted: ${reason}.`,
    'Compare issuer, audience and claims of the token with the federation rules of the organization.',
  );

export const issuerUnavailable = (issuer: string, reason: string): Refusal =>
  refusal('ISSUER_UNAVAILABLE', `The keys of ${issuer} cannot be had. ${reason}`, 'Try again in a minute.');
