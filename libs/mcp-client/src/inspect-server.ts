import { concludeFailure, concludeReadings } from './conclude.js';
import { reportHiddenTools } from './hidden-tools.js';
import { type InspectionOptions, type InspectionTarget, limitsOf, type Observation } from './inspection.js';
import { introductionOf } from './introduction.js';
import { launchFactsOf, secretsOf } from './launch-facts.js';
import { observeAuthentication } from './observe-authentication.js';
import { type OpenSession, openSession } from './open-session.js';
import { offerOf, readLists } from './read-offer.js';
import { SessionTape, type Trip } from './session-tape.js';

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
    const latencyOf = () => Math.round(performance.now() - started);
    const visit = { target, options, tape, deadline: deadline.signal, startedAt, latencyOf };
    const seen = await visitServer(visit);
    const room = { timeoutMs: Math.max(0, limits.timeoutMs - latencyOf()), signal: deadline.signal };
    const authentication = await observeAuthentication({ target, options, tape, listed: seen.offer !== null }, room);
    return {
      ...seen,
      startedAt,
      frames: tape.frames,
      issues: tape.issues,
      receivedBytes: tape.receivedBytes,
      tls: tape.certificate,
      launch: launchFactsOf(target),
      authentication,
    };
  } finally {
    clearTimeout(timer);
    deadline.abort();
  }
}

const UNSEEN = {
  era: null,
  eraVerdict: null,
  protocolVersion: null,
  serverInfo: null,
  instructions: null,
  capabilities: {},
  offer: null,
  freshness: [],
} satisfies Partial<Observation>;

type Seen = Pick<Observation, keyof typeof UNSEEN | 'outcome' | 'detail' | 'latencyMs' | 'transport'>;
type Visit = {
  target: InspectionTarget;
  options: InspectionOptions;
  tape: SessionTape;
  deadline: AbortSignal;
  startedAt: string;
  latencyOf: () => number;
};

async function visitServer({ target, options, tape, deadline, startedAt, latencyOf }: Visit): Promise<Seen> {
  const session = await openSession({ target, options, tape, deadline });
  const { wire } = session;
  if (session.client === null) {
    const trip = concludeFailure(tape, session.cause, session.processEnded);
    return { ...UNSEEN, ...trip, transport: wire, latencyMs: latencyOf() };
  }
  const seen = await look(session, tape, latencyOf);
  const checkedAt = session.rememberedSince ?? startedAt;
  return { ...seen, transport: wire, eraVerdict: seen.era === null ? null : { era: seen.era, checkedAt } };
}

async function look(
  session: OpenSession,
  tape: SessionTape,
  latencyOf: () => number,
): Promise<Omit<Seen, 'eraVerdict' | 'transport'>> {
  try {
    const about = introductionOf(session.client, tape);
    const readings = await readLists(session.client, tape, about.capabilities);
    const trip: Trip | null = concludeReadings(tape, readings);
    const offer = offerOf(readings, { instructions: about.instructions, capabilities: about.capabilities });
    const headersMatter = about.era === 'modern' && session.wire !== 'stdio' && session.wire !== 'websocket';
    if (offer !== null && trip === null && headersMatter) reportHiddenTools(tape, offer.tools);
    return {
      ...about,
      outcome: trip?.outcome ?? 'healthy',
      detail: trip?.detail ?? null,
      offer,
      freshness: readings.flatMap((one) => (one.members === null || one.freshness === null ? [] : [one.freshness])),
      latencyMs: latencyOf(),
    };
  } finally {
    await session.close();
  }
}
