import { type JsonObject, Refusal } from '@rollcall/kernel';
import type { GuardReport, LifecycleState } from '@rollcall/lifecycle';

export function noSuchTransition(from: string, to: string, possible: readonly string[]): Refusal {
  return new Refusal({
    code: 'NO_SUCH_TRANSITION',
    message: `A version that is ${from} cannot become ${to}.`,
    nextStep: possible.length > 0 ? `From ${from} it can become: ${possible.join(', ')}.` : `${from} is an end state.`,
    path: ['to'],
  });
}

/** At least one guard is not met: the message names what is missing, `details.guards` has every guard with its evidence. */
export function guardUnmet(from: LifecycleState, to: LifecycleState, reports: readonly GuardReport[]): Refusal {
  const open = reports.filter((report) => report.status !== 'met');
  return new Refusal({
    code: 'GUARD_UNMET',
    message: `${from} to ${to} is not possible yet: ${open.map((one) => `${one.guard}: ${one.message}`).join(' ')}`,
    nextStep: `Provide what is missing for ${open.map((one) => one.guard).join(', ')}, then ask again with: ${question(to)}`,
    details: { guards: JSON.parse(JSON.stringify(reports)) } as JsonObject,
  });
}

function question(to: LifecycleState): string {
  if (to === 'deprecated') return 'rollcall can-i deprecate NAME@VERSION';
  if (to === 'decommissioned') return 'rollcall can-i decommission NAME@VERSION';
  return `rollcall can-i promote NAME@VERSION --to ${to}`;
}

export function reasonRequired(): Refusal {
  return new Refusal({
    code: 'REASON_REQUIRED',
    message: 'This step needs a reason.',
    nextStep: 'Say why with --reason; it stays on the record.',
    path: ['reason'],
  });
}

export function notOverridable(from: string, to: string): Refusal {
  return new Refusal({
    code: 'NOT_OVERRIDABLE',
    message: `The guards from ${from} to ${to} cannot be overridden.`,
    nextStep: 'Provide the missing evidence instead.',
    path: ['override'],
  });
}

export function versionBusy(): Refusal {
  return new Refusal({
    code: 'VERSION_BUSY',
    message: 'The version kept changing while its guards were evaluated.',
    nextStep: 'Look at its newest state and ask again.',
  });
}

export function invalidInput(path: string, message: string, nextStep: string): Refusal {
  return new Refusal({ code: 'BAD_REQUEST', message, nextStep, path: [path] });
}

export function noChanges(): Refusal {
  return new Refusal({
    code: 'NO_CHANGES',
    message: 'No changes to apply: status and message are what they were.',
    nextStep: 'Ask for another status or another message.',
    path: ['status'],
  });
}

/** Only a person can ask for it or confirm it: an account that somebody made for a program is no second pair of eyes. */
export function personRequired(): Refusal {
  return new Refusal({
    code: 'FORBIDDEN',
    message: 'Breaking the glass takes two people; this is the account of a program.',
    nextStep: 'Sign in as an administrator and ask again.',
  });
}

export function breakGlassRefused(message: string, nextStep: string): Refusal {
  return new Refusal({ code: 'BREAK_GLASS_REFUSED', message, nextStep });
}

export function breakGlassNotPending(status: string): Refusal {
  return new Refusal({
    code: 'BREAK_GLASS_NOT_PENDING',
    message: `The request is ${status}.`,
    nextStep: 'Ask anew with: rollcall break-glass request NAME@VERSION --to STATE --reason R',
  });
}

export function secondPersonRequired(): Refusal {
  return new Refusal({
    code: 'SECOND_PERSON_REQUIRED',
    message: 'Whoever asked for a break-glass step cannot confirm it.',
    nextStep: 'Another administrator confirms it with: rollcall break-glass confirm ID',
  });
}

export function alreadyApproved(): Refusal {
  return new Refusal({
    code: 'ALREADY_APPROVED',
    message: 'You have approved this contract already.',
    nextStep: 'Another reviewer approves it with: rollcall approve NAME@VERSION',
  });
}

export function onlyPersonReleases(): Refusal {
  return new Refusal({
    code: 'FORBIDDEN',
    message: 'Only a person lifts a quarantine.',
    nextStep: 'A security reviewer signs in and lifts it with: rollcall release NAME@VERSION --reason R',
  });
}
