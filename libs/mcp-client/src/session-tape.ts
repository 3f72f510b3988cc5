import { MAX_DEPTH, parseStrict } from '@rollcall/contract';
import { type Clock, isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import type { InspectionLimits, InspectionOutcome, ObservationIssue, RawFrame } from './inspection.js';
import { countValues } from './json-values.js';

/** Evidence kept per message and per inspection: enough to re-read any list a contract may hold. */
const KEPT_FRAME_CHARS = 2_000_000;
const KEPT_TOTAL_CHARS = 8_000_000;
const MAX_FRAMES = 2_000;
const MAX_ISSUES = 100;
/** All messages of an inspection together may hold as many values as so many of the largest. */
const FRAMES_OF_VALUES = 5;
/** Requests of the server (ping, roots/list) in one inspection, which takes seconds. */
const MAX_QUESTIONS = 100;
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
  /** The certificate of the first TLS socket. */
  certificate: { expiresAt: string } | null = null;
  lastHttp: HttpAnswer | null = null;
  /** The first 401 challenge, kept even when a later attempt got further. */
  challenge: HttpAnswer | null = null;

  /** List methods with an answer two parsers could read differently. */
  readonly ambiguous = new Set<string>();
  /** List methods with an answer nested so deep that no contract can hold it. */
  readonly tooDeep = new Set<string>();

  private answers = new Map<string, JsonObject>();
  private waiting = new Map<string, () => void>();
  private asked = new Map<string, string>();
  private lastIds = new Map<string, string>();
  private readonly everAsked = new Set<string>();
  private keptChars = 0;
  private totalBytes = 0;
  private totalValues = 0;
  private questions = 0;
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

  /** Bytes received so far, after decompression: what the limits are held against. */
  get receivedBytes(): number {
    return this.totalBytes;
  }

  /** A second attempt starts its request ids again: answers of the first one must not be mistaken for its own. */
  startAttempt(): void {
    this.answers = new Map();
    this.waiting = new Map();
    this.asked = new Map();
    this.lastIds = new Map();
    this.lastHttp = null;
  }

  /** Records what we send; true when it is a request, which has to be answered. */
  sent(text: string): boolean {
    this.keep('sent', this.redact(text));
    const message = parseJson(text);
    if (!isJsonObject(message) || typeof message['method'] !== 'string' || message['id'] === undefined) return false;
    this.asked.set(idKey(message['id']), message['method']);
    this.everAsked.add(idKey(message['id']));
    this.lastIds.set(message['method'], idKey(message['id']));
    return true;
  }

  received(raw: string): void {
    const text = this.redact(raw);
    this.keep('received', text);
    // The body of an HTTP error and the `endpoint` event of HTTP+SSE are words, and nobody takes them for a message.
    const isWords = !/^\s*[[{]/.test(text);
    if (!isWords) this.weigh(text);
    const parsed = parseJson(text);
    if (parsed === undefined) {
      if (isWords) return;
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
    if (!isJsonObject(message) || message['id'] === undefined) return;
    if (message['method'] !== undefined) {
      this.questioned();
      return;
    }
    // JSON-RPC 2.0 section 5: an error about a request whose id could not be read carries null.
    if (message['id'] === null) return;
    const key = this.questionOf(message['id']);
    if (key === null) return;
    const method = this.asked.get(key);
    if (this.answers.has(key)) {
      this.issue('DUPLICATE_ANSWER', 'The server answered one request twice; the first answer counts.');
      if (method !== undefined) this.ambiguous.add(method);
      return;
    }
    this.answers.set(key, message);
    if (method === undefined) return;
    if (method.endsWith('/list')) this.checkStrict(method, text);
    this.waiting.get(method)?.();
    this.waiting.delete(method);
  }

  /** A message is small in bytes and large in values at will: both cost, and both are bounded. */
  private weigh(text: string): void {
    const { maxFrameValues } = this.limits;
    const values = countValues(text, maxFrameValues);
    this.totalValues += values;
    if (values <= maxFrameValues && this.totalValues <= FRAMES_OF_VALUES * maxFrameValues) return;
    const [most, where] =
      values > maxFrameValues ? [maxFrameValues, 'a message'] : [FRAMES_OF_VALUES * maxFrameValues, 'one inspection'];
    const detail = `The server sent more than ${most} JSON values in ${where}.`;
    this.abort({ outcome: 'protocol_violation', detail });
  }

  /** Clients answer what servers of the handshake era ask: whoever asks for ever makes us talk for ever. */
  private questioned(): void {
    if (++this.questions <= MAX_QUESTIONS) return;
    const detail = `The server sent more than ${MAX_QUESTIONS} requests of its own.`;
    this.abort({ outcome: 'protocol_violation', detail });
  }

  /** The request an answer belongs to. An answer to a request nobody made ends the session: whoever waits for it waits for ever. */
  private questionOf(id: JsonValue): string | null {
    const key = idKey(id);
    if (this.everAsked.has(key)) return key;
    // clients compare ids as numbers; one that comes back as text is understood, and worth a word
    const other = typeof id === 'string' ? idKey(Number(id)) : idKey(String(id));
    if (this.everAsked.has(other)) {
      this.issue('ID_TYPE_CHANGED', 'The server answers with an id of another type than it was asked with.');
      return other;
    }
    this.issue('UNKNOWN_ID', 'The server answered a request that was never sent.');
    this.end({ outcome: 'protocol_violation', detail: 'The server answered a request that was never sent.' });
    return null;
  }

  /** Once parsed, a duplicate key or an unsafe number is gone: ambiguity can only be seen in the text. */
  private checkStrict(method: string, text: string): void {
    const parsed = parseStrict(text, { maxBytes: this.limits.maxFrameBytes, maxDepth: MAX_DEPTH + ENVELOPE_DEPTH });
    if (parsed.ok) return;
    this.ambiguous.add(method);
    const { code, message, path } = parsed.error;
    if (code === 'TOO_DEEP') this.tooDeep.add(method);
    this.issue(code, `${method} ${path.slice(0, 200)}: ${message}`);
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
