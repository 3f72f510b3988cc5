import { MAX_DEPTH, parseStrict } from '@rollcall/contract';
import { type Clock, isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import type { InspectionLimits, InspectionOutcome, ObservationIssue, RawFrame } from './inspection.js';

/** Evidence kept per message and per inspection: enough to re-read any list a contract may hold. */
const KEPT_FRAME_CHARS = 2_000_000;
const KEPT_TOTAL_CHARS = 8_000_000;
const MAX_FRAMES = 2_000;
const MAX_ISSUES = 100;
/** A member sits four containers deep in an answer: message, result, list, member. */
const ENVELOPE_DEPTH = 4;

/** Why a session ended before the SDK could say so: known by us, at the socket. */
export type Trip = { outcome: InspectionOutcome; detail: string };

/** What one HTTP answer said, without its body. */
export type HttpAnswer = { status: number; wwwAuthenticate: string | null };

/** Raised inside a transport when the tape has tripped; never leaves this library. */
export class SessionTripped extends Error {
  constructor(readonly trip: Trip) {
    super(trip.detail);
    this.name = 'SessionTripped';
  }
}

/**
 * The tee every transport writes to. The offer is read from here and not from the SDK's objects, because the SDK refuses
 * a whole list for one malformed member and strips members it does not know.
 */
export class SessionTape {
  readonly frames: RawFrame[] = [];
  readonly issues: ObservationIssue[] = [];
  trip: Trip | null = null;
  lastHttp: HttpAnswer | null = null;
  /** The first 401 challenge, kept even when a later attempt got further. */
  challenge: HttpAnswer | null = null;

  /** List methods with an answer two parsers could read differently. */
  readonly ambiguous = new Set<string>();

  private answers = new Map<string, JsonObject>();
  private waiting = new Map<string, () => void>();
  private asked = new Map<string, string>();
  private lastIds = new Map<string, string>();
  private keptChars = 0;
  private totalBytes = 0;
  private signalTrip: () => void = () => undefined;
  /** Resolves when the session must end now; the reason is in `trip`. */
  readonly tripped = new Promise<void>((resolve) => {
    this.signalTrip = resolve;
  });

  constructor(
    readonly limits: InspectionLimits,
    private readonly clock: Clock,
    private readonly secrets: readonly string[],
  ) {}

  /** A second attempt starts its request ids again: answers of the first one must not be mistaken for its own. */
  startAttempt(): void {
    this.answers = new Map();
    this.waiting = new Map();
    this.asked = new Map();
    this.lastIds = new Map();
    this.lastHttp = null;
  }

  sent(text: string): void {
    this.keep('sent', this.redact(text));
    const message = parseJson(text);
    if (isJsonObject(message) && typeof message['method'] === 'string' && message['id'] !== undefined) {
      this.asked.set(idKey(message['id']), message['method']);
      this.lastIds.set(message['method'], idKey(message['id']));
    }
  }

  received(raw: string): void {
    const text = this.redact(raw);
    this.keep('received', text);
    const parsed = parseJson(text);
    if (parsed === undefined) {
      // The body of an HTTP error and the `endpoint` event of HTTP+SSE are words, and nobody takes them for a message.
      if (!/^\s*[[{]/.test(text)) return;
      this.issue('NOT_JSON', 'The server sent a message that is not JSON; clients skip it.');
      return;
    }
    for (const message of Array.isArray(parsed) ? parsed : [parsed]) this.file(message, text);
  }

  /** Counts received bytes against both limits; `frameBytes` is the size so far of the message being read. */
  count(chunkBytes: number, frameBytes: number): void {
    this.totalBytes += chunkBytes;
    if (frameBytes > this.limits.maxFrameBytes) {
      this.abort({
        outcome: 'protocol_violation',
        detail: `The server sent a message of more than ${this.limits.maxFrameBytes} bytes.`,
      });
    }
    if (this.totalBytes > this.limits.maxTotalBytes) {
      this.abort({
        outcome: 'protocol_violation',
        detail: `The server sent more than ${this.limits.maxTotalBytes} bytes in one inspection.`,
      });
    }
  }

  http(answer: HttpAnswer): void {
    this.lastHttp = answer;
    if (answer.status === 401 && this.challenge === null) this.challenge = answer;
  }

  /** Records the first reason and throws it, so that a transport stops reading at once. */
  abort(trip: Trip): never {
    this.end(trip);
    throw new SessionTripped(trip);
  }

  /** Records the reason the session is over; only the first one counts. */
  end(trip: Trip): void {
    this.trip ??= { outcome: trip.outcome, detail: this.redact(trip.detail) };
    this.signalTrip();
  }

  issue(code: string, message: string): void {
    if (this.issues.length >= MAX_ISSUES) return;
    const redacted = this.redact(message).slice(0, 1_000);
    if (this.issues.some((known) => known.code === code && known.message === redacted)) return;
    this.issues.push({ code, message: redacted });
  }

  /** The raw answer to the newest request of this method, or undefined while there is none. */
  answerTo(method: string): JsonObject | undefined {
    const id = this.lastIds.get(method);
    return id === undefined ? undefined : this.answers.get(id);
  }

  /** Resolves when the next request of this method has its raw answer, even one the SDK cannot read. */
  expect(method: string): Promise<void> {
    this.lastIds.delete(method);
    return new Promise((resolve) => this.waiting.set(method, resolve));
  }

  redact(text: string): string {
    return this.secrets.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text);
  }

  private file(message: JsonValue, text: string): void {
    if (!isJsonObject(message) || message['id'] === undefined || message['method'] !== undefined) return;
    const key = idKey(message['id']);
    if (this.answers.has(key)) {
      this.issue('DUPLICATE_ANSWER', 'The server answered one request twice; the first answer counts.');
      return;
    }
    this.answers.set(key, message);
    const method = this.asked.get(key);
    if (method === undefined) return;
    if (method.endsWith('/list')) this.checkStrict(method, text);
    this.waiting.get(method)?.();
    this.waiting.delete(method);
  }

  /** Once parsed, a duplicate key or an unsafe number is gone: ambiguity can only be seen in the text. */
  private checkStrict(method: string, text: string): void {
    const parsed = parseStrict(text, { maxBytes: this.limits.maxFrameBytes, maxDepth: MAX_DEPTH + ENVELOPE_DEPTH });
    if (parsed.ok) return;
    this.ambiguous.add(method);
    const { code, message, path } = parsed.error;
    this.issue(code, `${method} ${path}: ${message}`);
  }

  private keep(direction: RawFrame['direction'], text: string): void {
    if (this.frames.length >= MAX_FRAMES) return;
    const room = Math.max(0, Math.min(KEPT_FRAME_CHARS, KEPT_TOTAL_CHARS - this.keptChars));
    const kept = text.slice(0, room);
    this.keptChars += kept.length;
    const frame: RawFrame = { direction, at: this.clock.now().toISOString(), text: kept };
    this.frames.push(kept.length < text.length ? { ...frame, truncated: true } : frame);
  }
}

function idKey(id: JsonValue): string {
  return `${typeof id}:${String(id)}`;
}

function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    // The only thing JSON.parse throws is a SyntaxError about the text: the caller reports it.
    return undefined;
  }
}
