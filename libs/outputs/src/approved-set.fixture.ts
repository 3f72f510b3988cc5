import type { ApprovedServer, ApprovedVersion } from './approved-set.js';

/** A version whose only address is its own. */
export function approvedVersion(server: string, version: string, over: Partial<ApprovedVersion> = {}): ApprovedVersion {
  const url = `https://mcp.example.com/${server}/${version}`;
  return {
    version,
    state: 'active',
    quarantined: false,
    isLatest: false,
    publishedAt: '2026-11-20T12:00:00.000Z',
    sunsetAt: null,
    successor: null,
    statusMessage: null,
    contractDigest: null,
    manifest: { name: server, version, description: 'x', remotes: [{ type: 'streamable-http', url }] },
    ...over,
  };
}

/** A server of the payments team. */
export function approvedServer(name: string, over: Partial<ApprovedServer> = {}): ApprovedServer {
  return {
    name,
    title: null,
    description: 'Moves money.',
    owner: { slug: 'payments', name: 'Payments' },
    contact: null,
    criticality: 'medium',
    dataClass: 'internal',
    versions: [approvedVersion(name, '1.0.0')],
    tools: [],
    ...over,
  };
}
