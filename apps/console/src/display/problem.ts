import type { CombinedError } from 'urql';

/** What went wrong, for a person: a code to search for, one sentence, and the next step. */
export type Problem = {
  code: string;
  message: string;
  nextStep: string;
  requestId: string | null;
};

const nextSteps: Record<string, string> = {
  UNAUTHENTICATED: 'Copy the token again, whole, or ask an administrator for a new one.',
  FORBIDDEN: 'Ask an administrator of your organization for a role that may see this.',
  NOT_FOUND: 'Check the spelling, or ask the owner for access.',
  RATE_LIMITED: 'Wait a minute, then try again.',
  UNREACHABLE: 'Check that the api is running (npm run up), then try again.',
  INTERNAL: 'Try again; if it stays, give the request id to whoever runs this control plane.',
};

const messages: Record<string, string> = {
  UNAUTHENTICATED: 'The api does not accept this token.',
  UNREACHABLE: 'The api did not answer.',
  INTERNAL: 'The api failed to answer.',
};

/** The token was refused: by status, or by the code of the first error (a 200 with errors is GraphQL's habit). */
function codeOf(error: CombinedError): string {
  const code = error.graphQLErrors[0]?.extensions['code'];
  if (typeof code === 'string') return code;
  const response: unknown = error.response;
  const status = response instanceof Response ? response.status : undefined;
  if (status === 401) return 'UNAUTHENTICATED';
  if (status === 403) return 'FORBIDDEN';
  if (status === 429) return 'RATE_LIMITED';
  if (status === undefined && error.networkError !== undefined) return 'UNREACHABLE';
  return error.graphQLErrors.length > 0 ? 'BAD_REQUEST' : 'INTERNAL';
}

const textOr = (value: unknown, otherwise: string): string =>
  typeof value === 'string' && value !== '' ? value : otherwise;

/** Turns what the client knows of a failure into a {@link Problem}; the api's own words win. */
export function problemOf(error: CombinedError | undefined): Problem {
  if (error === undefined) {
    return {
      code: 'INTERNAL',
      message: 'The api sent an empty answer.',
      nextStep: nextSteps['INTERNAL'] ?? '',
      requestId: null,
    };
  }
  const code = codeOf(error);
  const first = error.graphQLErrors[0];
  const requestId = first?.extensions['requestId'];
  // The api tells programs how to send a token; a person at the sign-in screen needs other words.
  const told = code === 'UNAUTHENTICATED' ? undefined : first;
  return {
    code,
    message: textOr(told?.message, messages[code] ?? 'The api refused this request.'),
    nextStep: textOr(told?.extensions['nextStep'], nextSteps[code] ?? 'Reload the page; if it stays, report the code.'),
    requestId: typeof requestId === 'string' ? requestId : null,
  };
}
