import { Refusal } from '@rollcall/kernel';

export function subjectRequired(): Refusal {
  return new Refusal({
    code: 'BAD_REQUEST',
    message: 'A check is of a version or of a candidate: exactly one of them.',
    nextStep: 'Pass version, or candidate with the server and its contract.',
    path: ['version'],
  });
}

export function baseAmbiguous(): Refusal {
  return new Refusal({
    code: 'BAD_REQUEST',
    message: 'A check has one base: a version, or what serves an environment.',
    nextStep: 'Pass against or againstEnvironment, not both.',
    path: ['against'],
  });
}

export function candidateInvalid(path: string, message: string): Refusal {
  return new Refusal({
    code: 'CANDIDATE_INVALID',
    message: `The candidate was not accepted: ${message}`,
    nextStep: 'Correct the field that path names, then ask again.',
    path: ['candidate', path],
  });
}

export function gitFactInvalid(field: string, message: string): Refusal {
  return new Refusal({
    code: 'BAD_REQUEST',
    message: `git.${field} ${message}`,
    nextStep: 'Leave it away, or pass it as one plain line.',
    path: ['git', field],
  });
}

/** Only a person can approve: the account of a program is nobody's second pair of eyes. */
export function personRequired(): Refusal {
  return new Refusal({
    code: 'APPROVER_NOT_A_PERSON',
    message: 'A change is approved by a person; this is the account of a program.',
    nextStep: 'Let a reviewer or a maintainer of the team approve it.',
  });
}

export function secondPersonRequired(): Refusal {
  return new Refusal({
    code: 'APPROVER_ASKED_FOR_CHECK',
    message: 'Whoever asked for a check of this context, or published the version, does not approve its changes.',
    nextStep: 'Let another reviewer or maintainer approve it.',
  });
}

export function notConcluded(status: string): Refusal {
  return new Refusal({
    code: 'CHECK_NOT_CONCLUDED',
    message: `The check is ${status}: there is nothing to approve.`,
    nextStep: 'Wait until it has ended, or check again.',
  });
}

export function noSuchChange(fingerprint: string): Refusal {
  return new Refusal({
    code: 'CHANGE_NOT_IN_CHECK',
    message: `The check found no change with the fingerprint ${fingerprint.slice(0, 80)}.`,
    nextStep: 'Look at its changes with: rollcall checks show ID',
    path: ['fingerprints'],
  });
}

export function nothingToApprove(): Refusal {
  return new Refusal({
    code: 'NOTHING_TO_APPROVE',
    message: 'No change was named that can be approved, and none waits.',
    nextStep: 'Look at its changes with: rollcall checks show ID',
    path: ['fingerprints'],
  });
}

export function notApproved(): Refusal {
  return new Refusal({
    code: 'CHANGE_NOT_APPROVED',
    message: 'None of these changes is approved for this context.',
    nextStep: 'Look at its changes with: rollcall checks show ID',
    path: ['fingerprints'],
  });
}

export function reasonRequired(): Refusal {
  return new Refusal({
    code: 'REASON_REQUIRED',
    message: 'This needs a reason of 1 to 1000 characters.',
    nextStep: 'Say why; it stays on the record.',
    path: ['reason'],
  });
}
