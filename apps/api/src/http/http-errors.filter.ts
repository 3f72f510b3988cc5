import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { Refusal } from '@rollcall/kernel';
import type { Logger } from '@rollcall/observability';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { noteRefusal } from './denied-attempts.log.js';
import { nextStepFor, type ProblemError, problemErrors } from './problem-errors.js';

const STATUS: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  PROOF_FAILED: 401,
  FORBIDDEN: 403,
  NAMESPACE_UNCLAIMED: 403,
  ACCOUNT_DISABLED: 403,
  NAMESPACE_NOT_OWNED: 403,
  NOT_FOUND: 404,
  INVALID_REQUEST: 422,
  MANIFEST_INVALID: 422,
  NOT_SUPPORTED: 501,
};

/** The HTTP status of a refusal's code; 400 when the code has no status of its own. */
export const statusOf = (code: string): number => STATUS[code] ?? 400;

type Description = {
  status: number;
  code: string;
  detail: string;
  nextStep: string;
  errors?: readonly ProblemError[] | undefined;
};

/**
 * The edge of the REST routes: a refusal is told, a fault is logged once and masked. Answers are RFC 9457 problem documents
 * that also carry `error`, which is where clients of the registry API look.
 */
@Catch()
export class HttpErrorsFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    // GraphQL has an edge of its own (graphql-errors.ts)
    if (host.getType() !== 'http') throw error;
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    noteRefusal(request, error);
    const { status, code, detail, nextStep, errors } = this.describe(error, request);
    if (status === 401) reply.header('www-authenticate', 'Bearer realm="rollcall"');
    reply
      .status(status)
      .type('application/problem+json')
      .send({
        title: code,
        status,
        detail,
        error: detail,
        ...(errors ? { errors } : {}),
        code,
        nextStep,
        requestId: request.id,
      });
  }

  private describe(error: unknown, request: FastifyRequest): Description {
    if (error instanceof Refusal) {
      const { code, message: detail, nextStep } = error;
      return { status: statusOf(code), code, detail, nextStep, errors: problemErrors(error) };
    }
    if (error instanceof HttpException && error.getStatus() < 500) {
      const status = error.getStatus();
      const detail = status === 404 ? 'There is nothing at this address.' : error.message;
      return {
        status,
        code: status === 404 ? 'NOT_FOUND' : 'BAD_REQUEST',
        detail,
        nextStep: status === 404 ? nextStepFor(request.url) : 'Check the address and method.',
      };
    }
    const clientStatus = (error as { statusCode?: number }).statusCode;
    if (clientStatus !== undefined && clientStatus >= 400 && clientStatus < 500) {
      return {
        status: clientStatus,
        code: 'BAD_REQUEST',
        detail: (error as Error).message,
        nextStep: 'Correct the request.',
      };
    }
    this.logger.error({ err: error, requestId: request.id, path: request.url.split('?')[0] }, 'request failed');
    const nextStep = 'Try again; if it stays, report the request id.';
    return { status: 500, code: 'INTERNAL', detail: 'Something went wrong on our side.', nextStep };
  }
}
