import { CliFailure } from '../errors/failure.js';
import type { ConnectionSettings } from './settings.js';

/** An answer of the control plane, whole: status, the headers that matter, at most the allowed number of bytes. */
export type HttpAnswer = { status: number; requestId: string | null; body: Uint8Array };

/** One request to the control plane; `path` starts with a slash. */
export type HttpRequest = {
  method: 'GET' | 'POST';
  path: string;
  body?: string;
  maxBytes: number;
  timeoutMs?: number;
};

const DEFAULT_TIMEOUT_MS = 30_000;

/** Sends one request with the caller's token. Redirects are not followed: the token is for this origin only. */
export async function send(settings: ConnectionSettings, request: HttpRequest): Promise<HttpAnswer> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (settings.token !== null) headers['authorization'] = `Bearer ${settings.token}`;
  if (request.body !== undefined) headers['content-type'] = 'application/json';
  const signal = AbortSignal.timeout(request.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  try {
    const response = await fetch(`${settings.url}${request.path}`, {
      method: request.method,
      headers,
      body: request.body ?? null,
      redirect: 'manual',
      signal,
    });
    const body = await readBody(response, request.maxBytes);
    return { status: response.status, requestId: response.headers.get('x-request-id'), body };
  } catch (error) {
    throw networkFailure(error, settings.url);
  }
}

async function readBody(response: Response, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) {
      throw new CliFailure({
        code: 'NOT_ROLLCALL',
        message: `The answer is larger than ${maxBytes} bytes.`,
        nextStep: 'Check that the URL is the one of a Rollcall control plane.',
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** What fetch throws for a network that failed: a TypeError with a cause, or the end of our own timer. */
export function networkFailure(error: unknown, url: string): unknown {
  // By name: the classes of the platform's fetch need not be the ones of this module's realm.
  const { name, message, cause } = error as { name?: unknown; message?: unknown; cause?: NodeJS.ErrnoException };
  if (name === 'TimeoutError') {
    return new CliFailure({
      code: 'TIMEOUT',
      message: `The control plane at ${url} did not answer in time.`,
      nextStep: 'Try again; rollcall doctor shows whether it is reachable.',
    });
  }
  if (name !== 'TypeError' || !/^(fetch failed|terminated)$/.test(String(message))) return error;
  const reason = cause?.code || cause?.message || message;
  return new CliFailure({
    code: 'NETWORK',
    message: `The control plane at ${url} cannot be reached (${reason}).`,
    nextStep: 'Start it with npm run up, or name another one with --url or ROLLCALL_URL.',
  });
}
