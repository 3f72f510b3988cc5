import { isJsonObject, Refusal } from '@rollcall/kernel';
import type { RegistryStatusInput } from '@rollcall/transitions';

const STATUSES = ['active', 'deprecated', 'deleted'] as const;
const MAX_MESSAGE = 500;

/** Reads the body of a status update: a wrong form is 422, a status that does not exist or takes no message is 400. */
export function readStatusUpdate(body: unknown): RegistryStatusInput {
  if (!isJsonObject(body)) throw malformedBody('body', 'The body must be an object with "status".');
  const { status, statusMessage: message = null } = body;
  if (typeof status !== 'string') throw malformedBody('body.status', '"status" is required and is a string.');
  if (message !== null && typeof message !== 'string') {
    throw malformedBody('body.statusMessage', '"statusMessage" is a string.');
  }
  if (message !== null && [...message].length > MAX_MESSAGE) {
    throw malformedBody('body.statusMessage', `"statusMessage" has more than ${MAX_MESSAGE} characters.`);
  }
  const known = STATUSES.find((one) => one === status);
  if (!known) {
    throw refused('body.status', `There is no status "${status.slice(0, 100)}".`, `Use ${STATUSES.join(', ')}.`);
  }
  if (known === 'active' && message !== null && message !== '') {
    throw refused('body.statusMessage', 'An active version has no status message.', 'Leave "statusMessage" out.');
  }
  return { status: known, message: message === '' ? null : message };
}

/** 422: the body has not the form the route reads. */
export function malformedBody(location: string, message: string): Refusal {
  return new Refusal({
    code: 'INVALID_REQUEST',
    message,
    nextStep: 'Correct the body and send it again.',
    details: { errors: [{ message, location }] },
  });
}

function refused(location: string, message: string, nextStep: string): Refusal {
  return new Refusal({ code: 'BAD_REQUEST', message, nextStep, details: { errors: [{ message, location }] } });
}
