import type { Evidence } from './evidence.js';
import { type Finding, type GuardReport, met, unknown, unmet } from './guard-report.js';

/** No other server is shown at the same address: a client would take the one for the other. */
export function remoteUrlUnique({ sharedRemotes }: Evidence): Finding {
  if (sharedRemotes === null) return unknown('Whether another server names the same address is not known.');
  return judge(sharedRemotes);
}

function judge(sharedRemotes: { url: string; server: string }[]): Finding {
  const [first] = sharedRemotes;
  if (first) return unmet(`${first.url} is already the address of ${first.server}.`, { sharedRemotes });
  return met('No other server names the same address.', { sharedRemotes });
}

/** The same finding where many versions are asked for at once. */
export function remoteUrlReport(sharedRemotes: { url: string; server: string }[]): GuardReport {
  return { guard: 'remote_url_unique', ...judge(sharedRemotes) };
}
