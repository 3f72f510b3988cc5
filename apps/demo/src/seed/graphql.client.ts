import type { JsonValue } from '@rollcall/kernel';

const TIMEOUT_MS = 15_000;
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

type UserError = { code: string; message: string; nextStep: string };
type Answer<T> = { data?: T | null; errors?: { message: string; extensions?: { code?: string } }[] };

/** The GraphQL API as one person. */
export class GraphqlClient {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** The data of an answer; anything the API calls an error is thrown, with its sentence. */
  async ask<T>(document: string, variables: Record<string, JsonValue> = {}): Promise<T> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        authorization: `Bearer ${this.token}`,
      },
      body: JSON.stringify({ query: document, variables }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: 'error',
    });
    const text = await response.text();
    if (text.length > MAX_ANSWER_BYTES) throw new Error('the answer of the API is too long');
    const answer = parse<T>(text, response.status);
    const [problem] = answer.errors ?? [];
    if (problem) throw new Error(`${problem.extensions?.code ?? response.status}: ${problem.message}`);
    if (!answer.data) throw new Error(`the API answered ${response.status} without data`);
    return answer.data;
  }

  /** The payload of one mutation; a refusal is thrown with its sentence and next step. */
  async tell<T extends object>(document: string, input: Record<string, JsonValue>): Promise<T> {
    const data = await this.ask<Record<string, T & { errors: UserError[] }>>(document, { input });
    const [payload] = Object.values(data);
    if (!payload) throw new Error('the API answered without a payload');
    const [refusal] = payload.errors;
    if (refusal) throw new Error(`${refusal.code}: ${refusal.message} ${refusal.nextStep}`);
    return payload;
  }
}

function parse<T>(text: string, status: number): Answer<T> {
  try {
    return JSON.parse(text) as Answer<T>;
  } catch (error) {
    if (error instanceof SyntaxError) throw new Error(`the API answered ${status} with something that is not JSON`);
    throw error;
  }
}
