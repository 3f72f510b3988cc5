import type { LifecycleState } from '@rollcall/lifecycle';
import { LIFECYCLE_STATES } from '@rollcall/lifecycle';
import fc from 'fast-check';
import type { ApprovedServer, ApprovedSet, ApprovedVersion } from './approved-set.js';

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

/** Fleets of any states, holds included. */
export const anyApprovedSet: fc.Arbitrary<ApprovedSet> = fc
  .uniqueArray(
    fc.tuple(
      fc.integer({ min: 0, max: 9 }),
      fc.array(fc.record({ state: fc.constantFrom<LifecycleState>(...LIFECYCLE_STATES), quarantined: fc.boolean() }), {
        maxLength: 4,
      }),
    ),
    { selector: ([n]) => n, maxLength: 6 },
  )
  .map((servers) => ({
    organization: 'acme',
    servers: servers.map(([n, versions]) =>
      approvedServer(`com.acme/s${n}`, {
        versions: versions.map((one, index) => approvedVersion(`com.acme/s${n}`, `${index + 1}.0.0`, one)),
      }),
    ),
  }));
