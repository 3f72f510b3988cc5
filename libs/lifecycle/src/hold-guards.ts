import type { Evidence } from './evidence.js';
import { type Finding, met, unknown, unmet } from './guard-report.js';

/** There is something to hold. */
export function notHeld({ quarantineReason }: Evidence): Finding {
  if (quarantineReason === null) return met('The version is not quarantined.');
  return unmet(`The version is quarantined already: ${quarantineReason}`, { quarantineReason });
}

/** There is something to lift. */
export function held({ quarantineReason }: Evidence): Finding {
  if (quarantineReason === null) return unmet('The version is not quarantined.');
  return met(`The version is quarantined: ${quarantineReason}`, { quarantineReason });
}

/** A hold may be set by a program; only a person decides that the danger is over. */
export function liftedByPerson({ actorKind }: Evidence): Finding {
  if (actorKind === null) return unknown('Who lifts the quarantine is not known.');
  if (actorKind !== 'user')
    return unmet(`Only a person lifts a quarantine, and this is a ${actorKind}.`, { actorKind });
  return met('A person lifts the quarantine.', { actorKind });
}
