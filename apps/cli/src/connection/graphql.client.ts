import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import { print } from 'graphql';
import { CliFailure, type FailureParts } from '../errors/failure.js';
import { type HttpAnswer, send } from './http.client.js';
import type { ConnectionSettings } from './settings.js';

/** A contract of the largest allowed size, twice, and some room. */
const MAX_ANSWER_BYTES = 80 * 1024 * 1024;

/** A refusal inside a payload: match on `code`. */
export type UserError = { code: string; message: string; nextStep: string; details?: unknown };

/** Sends one operation and returns its data; whatever the control plane refuses or fails at is thrown as a failure. */
export async function execute<TData, TVariables>(
  settings: ConnectionSettings,
  document: TypedDocumentNode<TData, TVariables>,
  variables: TVariables,
): Promise<TData> {
  const body = JSON.stringify({ query: print(document), variables });
  const answer = await send(settings, { method: 'POST', path: '/graphql', body, maxBytes: MAX_ANSWER_BYTES });
  const parsed = parseAnswer(answer);
  const [error] = Array.isArray(parsed?.['errors']) ? parsed['errors'] : [];
  if (error !== undefined) throw new CliFailure(describeGraphqlError(error, answer));
  const data = parsed?.['data'];
  if (answer.status === 200 && isJsonObject(data)) return data as TData;
  throw new CliFailure(describeStatus(answer));
}

function parseAnswer(answer: HttpAnswer): JsonObject | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(answer.body));
    return isJsonObject(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function describeGraphqlError(error: JsonValue, answer: HttpAnswer): FailureParts {
  const said = isJsonObject(error) ? error : {};
  const extensions = isJsonObject(said['extensions']) ? said['extensions'] : {};
  const code = text(extensions['code']) ?? '';
  const requestId = text(extensions['requestId']) ?? answer.requestId;
  const message = text(said['message']) ?? 'The control plane refused the request.';
  if (code === '' || code.startsWith('MER_') || code.startsWith('GRAPHQL_')) {
    // The document itself was not accepted: this program and the control plane are not of the same release.
    return {
      code: 'VERSION_SKEW',
      message: `The control plane does not understand this request: ${message}`,
      nextStep: 'Use the rollcall of the same release as the control plane.',
      requestId,
    };
  }
  const nextStep = text(extensions['nextStep']) ?? NEXT_STEP[code] ?? 'Read the message, correct the call, try again.';
  const details = isJsonObject(extensions['details']) ? extensions['details'] : undefined;
  return { code, message, nextStep, requestId, details };
}

const NEXT_STEP: Record<string, string> = {
  UNAUTHENTICATED: 'Sign in with rollcall login --url U --token T, or set ROLLCALL_TOKEN.',
  FORBIDDEN: 'Ask an administrator of the organization for the role; rollcall whoami shows yours.',
  INTERNAL: 'Try again; if it stays, give the request id to whoever runs the control plane.',
};

/** What a status says when the body says nothing: shared by GraphQL and the plain endpoints. */
export function describeStatus({ status, requestId }: HttpAnswer): FailureParts {
  const said = (code: string, message: string): FailureParts => ({
    code,
    message,
    nextStep: NEXT_STEP[code] ?? 'Check --url; rollcall doctor shows what answers there.',
    requestId,
  });
  if (status === 401) return said('UNAUTHENTICATED', 'The control plane does not accept this token.');
  if (status === 403) return said('FORBIDDEN', 'You are signed in, but not allowed to do this.');
  if (status === 404) return said('NOT_FOUND', 'There is no such thing that you can see.');
  if (status === 429) return said('RATE_LIMITED', 'The control plane limits the rate of your requests.');
  if (status >= 500) return said('UNAVAILABLE', `The control plane failed to answer (HTTP ${status}).`);
  return said('NOT_ROLLCALL', `What answers there is not a Rollcall control plane (HTTP ${status}).`);
}

function text(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
