import type { FailureBody } from '../errors/failure.js';
import { bold, dim, red } from './style.js';

/** What happened, what to do next, and the id to ask about. */
export function failureText({ code, message, nextStep, requestId }: FailureBody): string {
  const lines = [`${red(`error[${code}]`)}: ${message}`, `${bold('next')}: ${nextStep}`];
  if (requestId !== null) lines.push(dim(`request: ${requestId}`));
  return lines.join('\n');
}
