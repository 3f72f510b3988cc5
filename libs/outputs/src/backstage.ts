import { sha256Hex } from '@rollcall/contract';
import type { JsonObject } from '@rollcall/kernel';
import { type ApprovedServer, type ApprovedSet, currentVersion, shownServers } from './approved-set.js';

const LIFECYCLE: Readonly<Record<string, string>> = {
  canary: 'experimental',
  active: 'production',
  deprecated: 'deprecated',
};
const MAX_NAME = 63;

/** One `API` entity per server and one `Group` per owner, in the Backstage catalogue's descriptor format (v1alpha1). */
export function backstageEntities(set: ApprovedSet, links: { consoleUrl: string | null }): JsonObject[] {
  const servers = shownServers(set);
  const owners = new Map(servers.map((server) => [server.owner.slug, server.owner]));
  const groups = [...owners.values()]
    .sort((a, b) => (a.slug < b.slug ? -1 : 1))
    .map((owner) => ({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Group',
      metadata: { name: entityName(owner.slug), title: owner.name },
      spec: { type: 'team', children: [] },
    }));
  return [...groups, ...servers.map((server) => apiEntity(server, links.consoleUrl))];
}

function apiEntity(server: ApprovedServer, consoleUrl: string | null): JsonObject {
  const version = currentVersion(server);
  if (!version) throw new Error(`${server.name} has no usable version and was still shown`);
  const annotations = {
    'dev.rollcall/server': server.name,
    'dev.rollcall/version': version.version,
    'dev.rollcall/state': version.state,
    'dev.rollcall/criticality': server.criticality,
    'dev.rollcall/data-class': server.dataClass,
    ...(version.contractDigest ? { 'dev.rollcall/contract-digest': version.contractDigest } : {}),
    ...(version.sunsetAt ? { 'dev.rollcall/sunset-at': version.sunsetAt } : {}),
    ...(version.successor
      ? { 'dev.rollcall/successor': `${version.successor.server}@${version.successor.version}` }
      : {}),
  };
  const url =
    consoleUrl === null ? null : `${consoleUrl.replace(/\/+$/, '')}/servers/${encodeURIComponent(server.name)}`;
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'API',
    metadata: {
      name: entityName(server.name),
      title: server.title ?? server.name,
      description: server.description,
      annotations,
      tags: ['mcp'],
      ...(url === null ? {} : { links: [{ url, title: 'Rollcall' }] }),
    },
    spec: {
      type: 'mcp-server',
      lifecycle: LIFECYCLE[version.state] ?? 'experimental',
      owner: `group:default/${entityName(server.owner.slug)}`,
      definition: JSON.stringify({ server: version.manifest, tools: server.tools }, null, 2),
    },
  };
}

/** At most 63 characters of `[a-zA-Z0-9]` with single `-`, `_` and `.` between. A namespace has no `_`, so that the slash's stands out; what had to change gets a digest. */
export function entityName(text: string): string {
  const plain = text
    .replace('/', '_')
    .replace(/[^a-zA-Z0-9._-]+/g, '-')
    .replace(/([._-])[._-]+/g, '$1')
    .replace(/^[._-]+|[._-]+$/g, '');
  if (plain === text.replace('/', '_') && plain.length <= MAX_NAME && plain !== '') return plain;
  const digest = sha256Hex(new TextEncoder().encode(text)).slice(0, 8);
  return `${plain.slice(0, MAX_NAME - 9).replace(/[._-]+$/, '') || 'entity'}-${digest}`;
}
