import { type ApprovedSet, endedVersions, shownServers, usableVersions } from './approved-set.js';
import { type ClientEntry, clientEntries } from './client-entry.js';

/** The document MCP clients take from device management or their server; the same keys in several products. */
export type ManagedSettings = {
  allowManagedMcpServersOnly: true;
  /** Also when it is empty: without the key everything would be allowed. */
  allowedMcpServers: ClientEntry[];
  /** A match here wins over the allow list. */
  deniedMcpServers: ClientEntry[];
};

/** `direct`: clients connect to servers themselves. `gateway`: only through these gateway URLs, and to no server directly. */
export type ClientAccess = { kind: 'direct' } | { kind: 'gateway'; gatewayUrls: string[] };

/** The settings, and the packages that no exact command names (their arguments are the user's). */
export type ManagedSettingsResult = { settings: ManagedSettings; unnamed: { server: string; package: string }[] };

/** Allow and deny lists for MCP clients from the approved set; entries sorted, each once. */
export function managedSettings(set: ApprovedSet, access: ClientAccess): ManagedSettingsResult {
  const allowed = new Map<string, ClientEntry>();
  const denied = new Map<string, ClientEntry>();
  const unnamed: ManagedSettingsResult['unnamed'] = [];
  for (const server of shownServers(set)) {
    for (const version of usableVersions(server)) {
      const found = clientEntries(version.manifest);
      for (const entry of found.entries) allowed.set(keyOf(entry), entry);
      unnamed.push(...found.unnamed.map((name) => ({ server: server.name, package: name })));
    }
  }
  for (const version of set.servers.flatMap(endedVersions)) {
    for (const entry of clientEntries(version.manifest).entries) {
      // one address may serve an ended and a current version: denying it would take the current one away
      if (!hitsAny(entry, allowed)) denied.set(keyOf(entry), entry);
    }
  }
  const gateway = access.kind === 'gateway' ? access.gatewayUrls.flatMap(gatewayEntries) : null;
  return {
    settings: {
      allowManagedMcpServersOnly: true,
      allowedMcpServers: gateway ?? sorted(allowed),
      deniedMcpServers: sorted(denied),
    },
    unnamed,
  };
}

/** Whether a client with these settings connects: a deny match blocks, then only what the allow list names passes. */
export function admits(settings: ManagedSettings, server: ClientEntry): boolean {
  const matches = (entry: ClientEntry) => covers(entry, server);
  return !settings.deniedMcpServers.some(matches) && settings.allowedMcpServers.some(matches);
}

/** Only a wildcard has to be held against every entry: fleets have tens of thousands. */
function hitsAny(pattern: ClientEntry, entries: ReadonlyMap<string, ClientEntry>): boolean {
  if (!('serverUrl' in pattern) || !pattern.serverUrl.includes('*')) return entries.has(keyOf(pattern));
  return [...entries.values()].some((entry) => covers(pattern, entry));
}

/** True when everything the second names is also named by the first. */
function covers(pattern: ClientEntry, entry: ClientEntry): boolean {
  if ('serverUrl' in pattern) return 'serverUrl' in entry && globMatches(pattern.serverUrl, entry.serverUrl);
  return 'serverCommand' in entry && JSON.stringify(pattern.serverCommand) === JSON.stringify(entry.serverCommand);
}

/** `*` stands for any run of characters. Linear: no regular expression is built from somebody's URL. */
function globMatches(pattern: string, text: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  if (!text.startsWith(head)) return false;
  if (rest.length === 0) return text === head;
  let at = head.length;
  const tail = rest.pop() ?? '';
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - tail.length >= at && text.endsWith(tail);
}

function gatewayEntries(url: string): ClientEntry[] {
  const base = url.replace(/\/+$/, '');
  return [{ serverUrl: base }, { serverUrl: `${base}/*` }];
}

const keyOf = (entry: ClientEntry): string => JSON.stringify(entry);

const sorted = (entries: ReadonlyMap<string, ClientEntry>): ClientEntry[] =>
  [...entries.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
