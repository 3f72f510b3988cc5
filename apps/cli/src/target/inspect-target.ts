import { buildContract } from '@rollcall/contract';
import type { Clock } from '@rollcall/kernel';
import { type InspectionOutcome, type InspectionTarget, inspectServer, type Observation } from '@rollcall/mcp-client';
import { CliFailure, type FailureParts } from '../errors/failure.js';
import type { LoadedContract, ObservationSummary } from './loaded-contract.js';

/**
 * Networks a person may name on the command line although they are private: this machine and their own networks. Link-local
 * addresses stay closed, so that a redirect of a hostile server never reaches a cloud's metadata service.
 */
const OWN_NETWORKS = [
  '127.0.0.0/8',
  '::1/128',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  'fc00::/7',
];

/** Connects to a live server and builds its contract; a server that cannot be read to the end is a failure. */
export async function inspectTarget(
  target: InspectionTarget,
  options: { clock: Clock; timeoutMs: number },
): Promise<LoadedContract> {
  const network = { allowPrivate: OWN_NETWORKS };
  const observation = await inspectServer(target, {
    network,
    clock: options.clock,
    timeoutMs: options.timeoutMs,
    // a socket is only dialled when a person named it
    allowUnixSockets: target.transport === 'unix',
  });
  const { offer } = observation;
  const failure = observationFailure(observation.outcome, observation.detail);
  if (failure !== null) throw new CliFailure(failure);
  if (offer === null) {
    throw new CliFailure({
      code: 'TARGET_PROTOCOL_VIOLATION',
      message: `The list of tools could not be read to its end: ${observation.detail ?? 'no reason given'}`,
      nextStep: 'Look at the log of the server.',
    });
  }
  const { contract, issues } = buildContract(offer);
  return { contract, issues, observation: summaryOf(observation) };
}

function summaryOf(observation: Observation): ObservationSummary {
  const { outcome, detail, era, protocolVersion, transport, serverInfo, latencyMs, issues } = observation;
  return { outcome, detail, era, protocolVersion, transport, serverInfo, latencyMs, issues };
}

type Said = { code: string; said: string; nextStep: string };

const FAILURES: Partial<Record<InspectionOutcome, Said>> = {
  auth_required: {
    code: 'TARGET_AUTH_REQUIRED',
    said: 'The server asks for credentials.',
    nextStep: 'Pass them with --header "Authorization: Bearer ...".',
  },
  forbidden: {
    code: 'TARGET_FORBIDDEN',
    said: 'The server denies access.',
    nextStep: 'Pass credentials that may list its tools with --header.',
  },
  protocol_violation: {
    code: 'TARGET_PROTOCOL_VIOLATION',
    said: 'The server broke the protocol.',
    nextStep: 'Correct the server; the message says what it did.',
  },
  timeout: {
    code: 'TARGET_TIMEOUT',
    said: 'The server did not answer in time.',
    nextStep: 'Try again, or allow more time with --timeout SECONDS.',
  },
  tls: { code: 'TARGET_UNREACHABLE', said: 'TLS failed.', nextStep: 'Check the certificate of the server.' },
  dns: { code: 'TARGET_UNREACHABLE', said: 'The name does not resolve.', nextStep: 'Check the host name.' },
  unreachable: {
    code: 'TARGET_UNREACHABLE',
    said: 'The server cannot be reached.',
    nextStep: 'Check that it runs and that the URL or command is right.',
  },
  refused_by_policy: {
    code: 'TARGET_REFUSED',
    said: 'This address is not dialled.',
    nextStep: 'Use an address that is public, of this machine or of a private network.',
  },
};

/** Why an outcome is a failure of the command; null for outcomes that are not. Outcomes of the API are plain strings. */
export function observationFailure(outcome: string, detail: string | null): FailureParts | null {
  const failure = Object.hasOwn(FAILURES, outcome) ? FAILURES[outcome as InspectionOutcome] : undefined;
  if (failure === undefined) return null;
  const message = detail === null ? failure.said : `${failure.said} ${detail}`;
  return { code: failure.code, message, nextStep: failure.nextStep, details: { outcome } };
}
