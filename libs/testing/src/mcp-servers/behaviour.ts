import type { JsonObject, JsonValue } from '@rollcall/kernel';

/** One tool of a test server, as plain data; without a handler it answers with its arguments as text. */
export type TestTool = {
  name: string;
  description?: string;
  inputSchema: JsonObject;
  outputSchema?: JsonObject;
  annotations?: JsonObject;
  handler?: (args: JsonObject, call: { headers: RecordedRequest['headers'] }) => JsonObject | Promise<JsonObject>;
};

/** One HTTP request a test server received, complete with headers: what a test proves leaks with. */
export type RecordedRequest = {
  method: string;
  path: string;
  headers: Record<string, string | string[] | undefined>;
  /** The parsed JSON body, the text when it is not JSON, or null when there was none. */
  body: JsonValue;
};

/** A literal answer to one JSON-RPC method: status, headers and a body that may be streamed without ever being held. */
export type ScriptedAnswer = {
  status?: number;
  headers?: Record<string, string>;
  body: string | AsyncIterable<string | Uint8Array>;
};

/** Answers one JSON-RPC method by hand instead of the SDK; `call` counts from 1. */
export type Script = (request: { id: JsonValue; params: JsonObject; call: number }) => ScriptedAnswer;

/** A released protocol revision of the handshake era. */
export type LegacyRevision = '2024-11-05' | '2025-03-26' | '2025-06-18' | '2025-11-25';

/**
 * What a test server is: a real SDK server (`speaks`), and what is put in front of it. Everything composes: spread presets
 * into one behaviour.
 */
export type McpServerBehaviour = {
  /** `dual` and `modern` are SDK v2; `legacy` (stateful streamable HTTP) and `legacy-sse` are SDK v1. Default `dual`. */
  speaks?: 'dual' | 'modern' | 'legacy' | 'legacy-sse';
  /** The one revision a `legacy` or `legacy-sse` server agrees to, whatever the client offers. */
  revision?: LegacyRevision;
  serverInfo?: { name: string; version: string };
  instructions?: string;
  tools?: TestTool[];
  /** Advertised only when present. */
  prompts?: { name: string; description?: string }[];
  /** Advertised only when present. */
  resources?: { uri: string; name: string; description?: string }[];
  /** Every answer waits for this promise; a promise that never settles is a server that never answers. */
  hold?: Promise<void>;
  /** Requests without this bearer token get 401, with or without the RFC 9728 challenge. */
  auth?: { token: string; challenge: 'rfc9728' | 'none' };
  /** Every request gets 403. */
  forbidden?: true;
  /** Literal answers by JSON-RPC method (or HTTP method, of a request without one), put in front of the real server. */
  scripts?: Record<string, Script>;
};

/** A tool that greets: the smallest useful definition. */
export const GREET_TOOL: TestTool = {
  name: 'greet',
  description: 'Greets a person by name.',
  inputSchema: {
    type: 'object',
    properties: { name: { type: 'string', description: 'Who to greet' } },
    required: ['name'],
    additionalProperties: false,
  },
  annotations: { readOnlyHint: true },
  handler: (args) => ({ content: [{ type: 'text', text: `Hello, ${String(args['name'])}!` }] }),
};
