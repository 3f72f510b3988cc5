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
    nextStep: `Provide what is missing for ${open.map((one) => one.guard).join(', ')}, then ask again with: rollcall can-i`,
    details: { guards: JSON.parse(JSON.stringify(reports)) } as JsonObject,
  });
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
