import type { Client } from '@modelcontextprotocol/client';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import { concludeFailure, concludeReadings } from './conclude.js';
import { reportHiddenTools } from './hidden-tools.js';
import { type InspectionOptions, type InspectionTarget, limitsOf, type Observation } from './inspection.js';
import { type OpenSession, openSession } from './open-session.js';
import { offerOf, readLists } from './read-offer.js';
import { SessionTape, type Trip } from './session-tape.js';

const SERVER_INFO_META = 'io.modelcontextprotocol/serverInfo';

/**
 * Connects to a live server, of any released protocol revision and transport, reads everything it offers, and says what
 * was seen. It never throws for what a server does; it throws only for a policy that is not valid CIDR.
 */
export async function inspectServer(target: InspectionTarget, options: InspectionOptions): Promise<Observation> {
  const limits = limitsOf(options);
  const tape = new SessionTape(limits, options.clock, secretsOf(target));
  const startedAt = options.clock.now().toISOString();
  // A duration, not a date: it must not jump when the clock is set.
  const started = performance.now();
  const deadline = new AbortController();
  const timer = setTimeout(() => {
    tape.end({ outcome: 'timeout', detail: `The inspection took longer than ${limits.timeoutMs} ms.` });
    deadline.abort();
  }, limits.timeoutMs);
  try {
    const session = await openSession({ target, policy: options.network, tape, deadline: deadline.signal });
    const latencyOf = () => Math.round(performance.now() - started);
    const base = { startedAt, frames: tape.frames, issues: tape.issues, transport: session.wire };
    if (session.client === null) {
      const trip = concludeFailure(tape, session.cause, session.processEnded);
      const authentication = authenticationOf(target, tape, false);
      return { ...UNSEEN, ...base, ...trip, latencyMs: latencyOf(), authentication };
    }
    const seen = await look(session, tape, latencyOf);
    return { ...base, ...seen, authentication: authenticationOf(target, tape, seen.offer !== null) };
  } finally {
    clearTimeout(timer);
    deadline.abort();
  }
}

const UNSEEN = {
  era: null,
  protocolVersion: null,
  serverInfo: null,
  instructions: null,
  capabilities: {},
  offer: null,
} satisfies Partial<Observation>;

type Introduction = Omit<Pick<Observation, keyof typeof UNSEEN>, 'offer'>;
type Seen = Introduction & Pick<Observation, 'outcome' | 'detail' | 'offer' | 'latencyMs'>;

async function look(session: OpenSession, tape: SessionTape, latencyOf: () => number): Promise<Seen> {
  try {
    const about = introductionOf(session.client, tape);
    const readings = await readLists(session.client, tape, about.capabilities);
    const trip: Trip | null = concludeReadings(tape, readings);
    const offer = offerOf(readings, { instructions: about.instructions, capabilities: about.capabilities });
    const headersMatter = about.era === 'modern' && session.wire === 'streamable-http';
    if (offer !== null && trip === null && headersMatter) reportHiddenTools(tape, offer.tools);
    return {
      ...about,
      outcome: trip?.outcome ?? 'healthy',
      detail: trip?.detail ?? null,
      offer,
      latencyMs: latencyOf(),
    };
  } finally {
    await session.close();
  }
}

/** What the server said when it introduced itself, read from its own words: `initialize` or `server/discover`. */
function introductionOf(client: Client, tape: SessionTape): Introduction {
  const era = client.getProtocolEra() ?? null;
  const result = tape.answerTo(era === 'modern' ? 'server/discover' : 'initialize')?.['result'];
  const said: JsonObject = isJsonObject(result) ? result : {};
  const meta = objectOr(said['_meta'], {});
  const serverInfo = era === 'modern' ? meta[SERVER_INFO_META] : said['serverInfo'];
  return {
    era,
    protocolVersion: client.getNegotiatedProtocolVersion() ?? null,
    serverInfo: isJsonObject(serverInfo) ? serverInfo : null,
    instructions: typeof said['instructions'] === 'string' ? said['instructions'] : null,
    capabilities: objectOr(said['capabilities'], {}),
  };
}

function objectOr(value: JsonValue | undefined, fallback: JsonObject): JsonObject {
  return isJsonObject(value) ? value : fallback;
}

function authenticationOf(target: InspectionTarget, tape: SessionTape, listed: boolean): Observation['authentication'] {
  if (target.transport === 'stdio') return null;
  if (tape.challenge !== null) {
    if (tape.challenge.wwwAuthenticate === null) {
      tape.issue(
        'CHALLENGE_MISSING',
        'HTTP 401 without WWW-Authenticate: clients cannot find the authorization server.',
      );
    }
    return { required: true, wwwAuthenticate: tape.challenge.wwwAuthenticate };
  }
  const anonymous = target.transport === 'sse' || Object.keys(target.headers ?? {}).length === 0;
  return listed && anonymous ? { required: false, wwwAuthenticate: null } : null;
}

/** Values that must never be kept: credentials in headers (with and without their scheme) and in the environment. */
function secretsOf(target: InspectionTarget): string[] {
  const values =
    target.transport === 'streamable-http'
      ? Object.values(target.headers ?? {}).flatMap((value) => [value, ...value.split(' ').slice(1)])
      : target.transport === 'stdio'
        ? Object.entries(target.env ?? {}).flatMap(([name, value]) => (SECRET_NAME.test(name) ? [value] : []))
        : [];
  // Short values would blank out ordinary words; the longest go first, so that no tail of one is left behind.
  return values.filter((value) => value.length >= 6).sort((a, b) => b.length - a.length);
}

const SECRET_NAME = /key|token|secret|passw|credential|auth/i;
