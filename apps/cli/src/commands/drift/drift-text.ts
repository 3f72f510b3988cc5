import type { CliDriftFragment } from '@rollcall/schema';
import { dim, green, inline, red, yellow } from '../../output/style.js';

const KIND: Record<CliDriftFragment['kind'], string> = {
  other_version: 'another version runs',
  same_version_other_contract: 'same version, other contract',
  unstable: 'another contract at each look',
};

/** NAME@VERSION of a finding. */
export const driftSubject = ({ version }: CliDriftFragment): string => `${version.server.name}@${version.version}`;

/** What kind of drift it is, for a person. */
export function driftKind({ kind, sameAs }: CliDriftFragment): string {
  return sameAs ? `${sameAs} runs instead` : KIND[kind];
}

/** How far it goes: the verdict of the comparison, and the risk when there is one. */
export function driftVerdict({ conclusion, risk }: CliDriftFragment): string {
  const verdict = conclusion ?? 'not compared';
  const colour = conclusion === 'breaking' ? red : conclusion === 'dangerous' ? yellow : green;
  return risk === 'none' ? colour(verdict) : `${colour(verdict)} ${yellow(`risk: ${inline(risk)}`)}`;
}

/** Whether it still stands, and what was done about it. */
export function driftStatus({ status, quarantined }: CliDriftFragment): string {
  const state = status === 'open' ? red(status) : dim(status);
  return quarantined ? `${state}, quarantined` : state;
}
