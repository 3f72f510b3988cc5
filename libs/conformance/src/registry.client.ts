import type { JsonValue } from '@rollcall/kernel';

/** The platform's `fetch`, or one with rules of its own; this lib opens no connection by itself. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** One request; `path` is appended to the base exactly as it is. */
export type RegistryRequest = {
  method: string;
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: JsonValue;
  /** Whose credentials go along; default `reader`. */
  as?: 'reader' | 'publisher' | 'nobody';
};

/** What came back, whole and within limits. */
export type Answer = {
  request: string;
  status: number;
  headers: Readonly<Record<string, string>>;
  text: string;
  /** The body as JSON, undefined when it is none. */
  json: JsonValue | undefined;
};

/** No usable answer: nothing came, not in time, too much, or we may not ask any more. */
export type NoAnswer = { request: string; cause: 'network' | 'timeout' | 'size' | 'budget'; reason: string };

/** How the suite behaves towards a registry. */
export type ClientLimits = { timeoutMs: number; maxBytes: number; maxRequests: number; pauseMs: number };

/** Polite towards a production registry: about 4 requests in a second, one at a time. */
export const DEFAULT_LIMITS: ClientLimits = {
  timeoutMs: 10_000,
  maxBytes: 8 * 1024 * 1024,
  maxRequests: 400,
  pauseMs: 250,
};

/** What a client is made of. */
export type ClientParts = {
  /** Everything before `/v0.1`, without a slash at the end. */
  base: string;
  fetch: Fetch;
  token: string | null;
  publishToken: string | null;
  userAgent: string;
  limits: ClientLimits;
  /** Waits between two requests. */
  pause(ms: number): Promise<void>;
};

/** Sends requests one after the other: declared, paced, counted, limited in time and size, redirects never followed. */
export class RegistryClient {
  private sent = 0;
  /** The registry asked twice to stop. */
  private turnedAway = false;

  constructor(private readonly parts: ClientParts) {}

  /** Requests so far. */
  get requests(): number {
    return this.sent;
  }

  /** Never throws for anything the other side does. */
  async send(request: RegistryRequest): Promise<Answer | NoAnswer> {
    const line = `${request.method} ${request.path}`;
    const { limits } = this.parts;
    if (this.turnedAway)
      return { request: line, cause: 'budget', reason: 'The registry limits the rate of requests (429).' };
    if (this.sent >= limits.maxRequests)
      return { request: line, cause: 'budget', reason: `The budget of ${limits.maxRequests} requests is used up.` };
    if (this.sent > 0 && limits.pauseMs > 0) await this.parts.pause(limits.pauseMs);
    this.sent += 1;
    const answer = await this.exchange(request, line);
    return 'status' in answer && answer.status === 429 ? this.afterLimit(request, answer) : answer;
  }

  /** Asked to slow down: waits once, at most half a minute. Asked again: no request follows. */
  private async afterLimit(request: RegistryRequest, answer: Answer): Promise<Answer | NoAnswer> {
    const seconds = Number(answer.headers['retry-after'] ?? '5');
    this.turnedAway = true;
    if (!(seconds <= 30) || this.sent >= this.parts.limits.maxRequests) return answer;
    await this.parts.pause(Math.max(1, seconds) * 1000);
    this.sent += 1;
    const again = await this.exchange(request, answer.request);
    this.turnedAway = 'status' in again && again.status === 429;
    return again;
  }

  private async exchange(request: RegistryRequest, line: string): Promise<Answer | NoAnswer> {
    const { base, fetch, limits } = this.parts;
    const signal = AbortSignal.timeout(limits.timeoutMs);
    try {
      const response = await fetch(`${base}${request.path}`, {
        method: request.method,
        headers: this.headersOf(request),
        body: request.body === undefined ? null : JSON.stringify(request.body),
        redirect: 'manual',
        signal,
      });
      const text = await bodyOf(response, limits.maxBytes);
      if (text === null)
        return { request: line, cause: 'size', reason: `The body is larger than ${limits.maxBytes} bytes.` };
      const headers = Object.fromEntries(response.headers.entries());
      return { request: line, status: response.status, headers, text, json: jsonOf(text) };
    } catch (error) {
      return noAnswer(line, error, limits);
    }
  }

  private headersOf({ headers, body, as }: RegistryRequest): Record<string, string> {
    const { token, publishToken, userAgent } = this.parts;
    const credential = as === 'nobody' ? null : as === 'publisher' ? publishToken : (token ?? publishToken);
    return {
      accept: 'application/json, application/problem+json',
      'user-agent': userAgent,
      ...(credential === null ? {} : { authorization: `Bearer ${credential}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    };
  }
}

/** Null when there is more than allowed. */
async function bodyOf(response: Response, maxBytes: number): Promise<string | null> {
  const reader = response.body?.getReader();
  if (reader === undefined) return '';
  const decoder = new TextDecoder();
  let size = 0;
  let text = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.length;
    if (size > maxBytes) {
      await reader.cancel().catch(() => undefined);
      return null;
    }
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}

function jsonOf(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** By name: the classes of the platform's fetch need not be the ones of this module's realm. */
function noAnswer(request: string, error: unknown, { timeoutMs }: ClientLimits): NoAnswer {
  const { name, message, cause } = error as { name?: unknown; message?: unknown; cause?: { code?: unknown } };
  if (name === 'TimeoutError' || name === 'AbortError')
    return { request, cause: 'timeout', reason: `No complete answer within ${timeoutMs} ms.` };
  return { request, cause: 'network', reason: `The connection failed (${String(cause?.code ?? message)}).` };
}
