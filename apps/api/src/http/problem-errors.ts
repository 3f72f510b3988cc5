import { isJsonObject, type JsonValue, type Refusal } from '@rollcall/kernel';
import { suggestedPath } from '../registry-v0/registry-paths.js';

/** One member of a problem document's `errors`. */
export type ProblemError = { message: string; location: string; value?: string };

const MOST = 100;

/** What exactly was wrong, one entry per place; undefined when the refusal is about no place of the request. */
export function problemErrors({ details, path, message }: Refusal): ProblemError[] | undefined {
  const { errors, issues } = details;
  if (Array.isArray(errors)) return errors.slice(0, MOST).flatMap(errorOf);
  if (Array.isArray(issues)) return issues.slice(0, MOST).flatMap(issueOf);
  return path.length > 0 ? [{ message, location: path.join('.') }] : undefined;
}

function errorOf(error: JsonValue): ProblemError[] {
  if (!isJsonObject(error)) return [];
  const { message, location, value } = error;
  const base = { message: String(message), location: String(location) };
  return [typeof value === 'string' ? { ...base, value } : base];
}

function issueOf(issue: JsonValue): ProblemError[] {
  if (!isJsonObject(issue) || issue['severity'] === 'warning') return [];
  const at = String(issue['path'] ?? '');
  return [{ message: String(issue['message']), location: at === '' ? 'body' : `body.${at}` }];
}

/** What to try after a 404: the registry API is where people mistype. */
export function nextStepFor(url: string): string {
  const suggested = suggestedPath(url);
  if (suggested === null) return 'Check the address and method.';
  return `Check the address and method; the registry API is at ${suggested.slice(0, 200)} and described in /openapi.yaml.`;
}
