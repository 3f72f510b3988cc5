import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { isJsonObject } from '@rollcall/kernel';
import { CliFailure, type Failure, failureOf } from '../errors/failure.js';
import { describeStatus, execute, type UserError } from './graphql.client.js';
import { send } from './http.client.js';
import type { ConnectionSettings } from './settings.js';

/** The control plane as a signed-in caller sees it. */
export type ControlPlane = {
  settings: ConnectionSettings;
  /** Runs one operation; throws a failure for everything but data. */
  execute<TData, TVariables>(document: TypedDocumentNode<TData, TVariables>, variables: TVariables): Promise<TData>;
  /** The bytes of a plain endpoint; throws a failure for every status but 200. */
  download(path: string, maxBytes: number): Promise<Uint8Array>;
};

/** Needs a token before it asks anything: without one the answer is known. */
export function controlPlane(settings: ConnectionSettings): ControlPlane {
  if (settings.token === null) {
    throw new CliFailure({
      code: 'UNAUTHENTICATED',
      message: 'This command needs an account, and you are not signed in.',
      nextStep: 'Sign in with rollcall login --url U --token T, or set ROLLCALL_TOKEN.',
    });
  }
  return {
    settings,
    execute: (document, variables) => execute(settings, document, variables),
    download: async (path, maxBytes) => {
      const answer = await send(settings, { method: 'GET', path, maxBytes });
      if (answer.status !== 200) throw new CliFailure(describeStatus(answer));
      return answer.body;
    },
  };
}

/** The first refusal of a payload as a failure; null when there was none. */
export function refusalOf(errors: readonly UserError[]): Failure | null {
  const [error] = errors;
  if (error === undefined) return null;
  const details = isJsonObject(error.details) ? error.details : undefined;
  return failureOf({ code: error.code, message: error.message, nextStep: error.nextStep, details });
}

/** The entity of a payload, or its first refusal thrown. A payload with neither breaks the API's promise. */
export function entityOf<T>(entity: T | null, errors: readonly UserError[]): T {
  const [error] = errors;
  if (error !== undefined) {
    const details = isJsonObject(error.details) ? error.details : undefined;
    throw new CliFailure({ code: error.code, message: error.message, nextStep: error.nextStep, details });
  }
  if (entity === null) throw new Error('the control plane answered with neither a result nor a reason');
  return entity;
}
