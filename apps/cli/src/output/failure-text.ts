import { explanationOf } from '../errors/explanations.js';
import type { FailureBody } from '../errors/failure.js';
import { bold, dim, red } from './style.js';

/** What happened, what to do next, where to read more, and the id to ask about. */
export function failureText({ code, message, nextStep, requestId }: FailureBody): string {
  const lines = [`${red(`error[${code}]`)}: ${message}`, `${bold('next')}: ${nextStep}`];
  // a wrong call needs no more than its two sentences
  if (code !== 'USAGE' && explanationOf(code) !== null) lines.push(dim(`explain: rollcall explain ${code}`));
  if (requestId !== null) lines.push(dim(`request: ${requestId}`));
  return lines.join('\n');
}
