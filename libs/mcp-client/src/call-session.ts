import type { Client } from '@modelcontextprotocol/client';
import type { RawOffer } from '@rollcall/contract';
import { isJsonObject, type JsonObject } from '@rollcall/kernel';
import { concludeFailure, concludeReadings } from './conclude.js';
import {
  type InspectionOptions,
  type InspectionOutcome,
  type InspectionTarget,
  limitsOf,
  type Observation,
} from './inspection.js';
import { introductionOf } from './introduction.js';
import { secretsOf } from './launch-facts.js';
import { type OpenSession, openSession } from './open-session.js';
import { offerOf, readLists } from './read-offer.js';
import { SessionTape } from './session-tape.js';

/** One call: the tool as the server lists it (its headers follow from its input schema), and what it is given. */
export type ToolCall = { tool: JsonObject; arguments: JsonObject; timeoutMs: number };

/** What came back, raw: the result, a JSON-RPC error, or nothing. `latencyMs` is the time until then, `bytes` the size as JSON. */
export type ToolAnswer =
  | { kind: 'result'; result: JsonObject; bytes: number; latencyMs: number }
  | { kind: 'error'; code: number | null; message: string; latencyMs: number }
  | { kind: 'none'; outcome: InspectionOutcome; detail: string; latencyMs: number };

/** A connected server with what it offers in this very session; `offer` is null unless the tools were read to the end. */
export type CallSession = Pick<Observation, 'outcome' | 'detail' | 'era' | 'protocolVersion'> & {
  offer: RawOffer | null;
  /** Calls a tool and waits. Never throws for what a server does; calls of one session are made one at a time. */
  call(request: ToolCall): Promise<ToolAnswer>;
};

/**
 * Connects to a server of any era and transport, reads what it offers, hands the session to `use`, and ends it. Limits are
 * those of an inspection: `timeoutMs` is the budget of the whole session, a message that is too large ends it.
 */
export async function withCallSession<T>(
  target: InspectionTarget,
  options: InspectionOptions,
  use: (session: CallSession) => Promise<T>,
): Promise<T> {
  const limits = limitsOf(options);
  const tape = new SessionTape(limits, options.clock, secretsOf(target));
  const deadline = new AbortController();
  const timer = setTimeout(() => {
    tape.end({ outcome: 'timeout', detail: `The session took longer than ${limits.timeoutMs} ms.` });
    deadline.abort();
  }, limits.timeoutMs);
  try {
    const session = await openSession({ target, options, tape, deadline: deadline.signal });
    if (session.client === null)
      return await use(unreached(concludeFailure(tape, session.cause, session.processEnded)));
    try {
      return await use(await connected(session, tape));
    } finally {
      await session.close();
    }
  } finally {
    clearTimeout(timer);
    deadline.abort();
  }
}

function unreached(trip: { outcome: InspectionOutcome; detail: string }): CallSession {
  const call = async (): Promise<ToolAnswer> => ({ kind: 'none', ...trip, latencyMs: 0 });
  return { ...trip, era: null, protocolVersion: null, offer: null, call };
}

async function connected({ client }: OpenSession, tape: SessionTape): Promise<CallSession> {
  const about = introductionOf(client, tape);
  const readings = await readLists(client, tape, about.capabilities);
  const trip = concludeReadings(tape, readings);
  return {
    outcome: trip?.outcome ?? 'healthy',
    detail: trip?.detail ?? null,
    era: about.era,
    protocolVersion: about.protocolVersion,
    offer: offerOf(readings, { instructions: about.instructions, capabilities: about.capabilities }),
    call: (request) => callOnce(client, tape, request),
  };
}

/** The answer is read from the tape and not from the SDK, which strips members it does not know. */
async function callOnce(client: Client, tape: SessionTape, { tool, ...request }: ToolCall): Promise<ToolAnswer> {
  const started = performance.now();
  const latency = () => Math.round(performance.now() - started);
  const answered = tape.expect('tools/call');
  const verdict = client
    .callTool(
      { name: String(tool['name']), arguments: request.arguments },
      {
        timeout: request.timeoutMs,
        // Nobody is there to be asked: what a server wants to know first is an answer, and is never made up.
        allowInputRequired: true,
        // Given without its output schema: results are validated where that is bounded in time.
        toolDefinition: { name: String(tool['name']), inputSchema: tool['inputSchema'] } as never,
      },
    )
    .then(
      () => null,
      (error: unknown) => error ?? new Error('The SDK rejected without a reason.'),
    );
  await Promise.race([verdict, answered, tape.tripped]);
  const latencyMs = latency();
  const raw = tape.answerTo('tools/call');
  if (raw === undefined) {
    const trip = tape.trip ?? concludeFailure(tape, await verdict, null);
    return { kind: 'none', ...trip, latencyMs };
  }
  const { result, error } = raw;
  if (isJsonObject(result)) return { kind: 'result', result, bytes: sizeOf(result), latencyMs };
  if (isJsonObject(error)) {
    const message = tape.redact(String(error['message'] ?? '')).slice(0, 500);
    return { kind: 'error', code: typeof error['code'] === 'number' ? error['code'] : null, message, latencyMs };
  }
  return { kind: 'none', outcome: 'protocol_violation', detail: 'The answer has neither result nor error.', latencyMs };
}

const sizeOf = (value: JsonObject): number => Buffer.byteLength(JSON.stringify(value));
