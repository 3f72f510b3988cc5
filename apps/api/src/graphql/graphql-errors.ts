import { Refusal } from '@rollcall/kernel';
import type { Logger } from '@rollcall/observability';
import { type ExecutionResult, GraphQLError } from 'graphql';
import { statusOf } from '../http/http-errors.filter.js';
import type { GraphqlContext } from './graphql-context.js';

/** Codes a client may see at the top level of an answer. */
type PublicError = { code: string; nextStep?: string; status: number; message: string };

/** Makes mercurius answer refusals as such and mask everything else, logged once with its request id. */
export function graphqlErrorFormatter(logger: Logger) {
  return (execution: ExecutionResult, context: unknown) => {
    const requestId = (context as Partial<GraphqlContext> | undefined)?.requestId ?? 'unknown';
    let statusCode = 200;
    const errors = (execution.errors ?? []).flatMap(unfold).map((error) => {
      const shown = describe(error, requestId, logger);
      if (statusCode === 200) statusCode = shown.status;
      return new GraphQLError(shown.message, {
        ...(error.path && !(error instanceof Refusal) ? { path: error.path } : {}),
        extensions: { code: shown.code, requestId, ...(shown.nextStep ? { nextStep: shown.nextStep } : {}) },
      });
    });
    return { statusCode, response: { data: execution.data ?? null, errors } };
  };
}

/** What goes over a socket passes no formatter: an error that is thrown there has to be fit to be shown already. */
export function shownError(error: unknown, requestId: string, logger: Logger): GraphQLError {
  const cause = error instanceof Error ? error : new Error(String(error));
  const shown = describe(new GraphQLError(cause.message, { originalError: cause }), requestId, logger);
  const { code, nextStep } = shown;
  return new GraphQLError(shown.message, { extensions: { code, requestId, ...(nextStep ? { nextStep } : {}) } });
}

/** What is wrong with a document comes folded into one error that says nothing by itself. */
function unfold(error: GraphQLError): GraphQLError[] {
  const inner = (error.originalError as { errors?: unknown } | undefined)?.errors;
  return Array.isArray(inner) ? inner.filter((one) => one instanceof Error).map(asGraphqlError) : [error];
}

const asGraphqlError = (error: Error): GraphQLError =>
  error instanceof GraphQLError ? error : new GraphQLError(error.message);

function describe(error: GraphQLError, requestId: string, logger: Logger): PublicError {
  // graphql-js takes anything with a `path` array for a located error and passes it on bare: a Refusal has one
  const cause: unknown = error instanceof Refusal ? error : error.originalError;
  if (cause instanceof Refusal) {
    const status = cause.code === 'UNAUTHENTICATED' ? statusOf(cause.code) : 200;
    return { code: cause.code, message: cause.message, nextStep: cause.nextStep, status };
  }
  // no cause, or a scalar's: graphql's own word about the document or its variables, which is the caller's and tells nothing of ours
  const spoken = !cause || cause instanceof GraphQLError;
  const clientStatus = spoken ? 400 : (cause as { statusCode?: number }).statusCode;
  if (clientStatus !== undefined && clientStatus >= 400 && clientStatus < 500) {
    return { code: 'BAD_REQUEST', message: error.message, status: clientStatus };
  }
  logger.error({ err: cause, requestId, path: error.path?.join('.') }, 'graphql request failed');
  return {
    code: 'INTERNAL',
    message: 'Something went wrong on our side.',
    nextStep: 'Try again; if it stays, report the request id.',
    status: 500,
  };
}
