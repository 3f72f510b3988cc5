import type { JsonObject } from '@rollcall/kernel';
import { CONTACT, type DemoVersion } from './catalogue.js';
import * as documents from './documents.js';
import type { GraphqlClient } from './graphql.client.js';
import type { People } from './people.js';

type Endpoint = { environment: { name: string }; transport: string; url: string | null; launcher: string | null };
type Version = { version: string; state: string; endpoints: Endpoint[] };
type Run = { status: string; outcome?: string; conclusion?: string | null; detail?: string | null };

const ROAD = ['draft', 'in_review', 'staging', 'active'];
const EXCEPTION_DAYS = 365;
const RUN_WITHIN_MS = 60_000;
const POLL_MS = 150;

/**
 * Brings one version of the demo as far as its target and not a step further. What an earlier run has done is not done
 * again; a version that somebody has taken off this road meanwhile is left where it is.
 */
export async function bringAlong(people: People, demo: DemoVersion, environments: readonly string[]): Promise<boolean> {
  const ref = { byName: { server: demo.server, version: demo.version } };
  let version = await find(people.ci, ref);
  const created = version === null;
  if (version === null) {
    await people.ci.tell(documents.SERVER_PUBLISH, { manifest: demo.manifest, alias: demo.alias, contact: CONTACT });
    version = await find(people.ci, ref);
  }
  if (version === null) throw new Error(`${demo.server}@${demo.version} was published and is not there`);
  await setEndpoints(people.owner, ref, { demo, version, environments });
  const from = ROAD.indexOf(version.state);
  const to = ROAD.indexOf(demo.target);
  if (from === -1) return created;
  for (const state of ROAD.slice(from + 1, to + 1)) await STEPS[state]?.(people, demo, ref);
  return created;
}

type VersionRef = { byName: { server: string; version: string } };

const STEPS: Record<string, (people: People, demo: DemoVersion, ref: VersionRef) => Promise<void>> = {
  async in_review({ ci }, _demo, ref) {
    await inspect(ci, ref);
    await check(ci, ref);
    await transition(ci, { version: ref, to: 'in_review' });
  },
  async staging({ reviewer }, demo, ref) {
    if (demo.endpoint.transport !== 'stdio') await acceptOpenServer(reviewer, demo.server);
    await transition(reviewer, { version: ref, to: 'staging', approvalRules: demo.approvalRules });
  },
  async active({ owner }, _demo, ref) {
    await transition(owner, { version: ref, to: 'active' });
  },
};

type Catalogue = { servers: { edges: { node: { name: string; versions: Version[] } }[] } };

/** By search and not by reference: that a version is missing is an ordinary answer here and no refusal. */
async function find(as: GraphqlClient, { byName }: VersionRef): Promise<Version | null> {
  const { servers } = await as.ask<Catalogue>(documents.VERSIONS, { name: byName.server });
  const server = servers.edges.find(({ node }) => node.name === byName.server)?.node;
  return server?.versions.find((one) => one.version === byName.version) ?? null;
}

type Placement = { demo: DemoVersion; version: Version; environments: readonly string[] };

/** Ports of the demo may have moved since the last start. */
async function setEndpoints(
  as: GraphqlClient,
  ref: VersionRef,
  { demo, version, environments }: Placement,
): Promise<void> {
  const { endpoint } = demo;
  const address = endpoint.transport === 'stdio' ? { launcher: endpoint.launcher } : { url: endpoint.url };
  for (const environment of environments) {
    const present = version.endpoints.find((one) => one.environment.name === environment);
    const isSame =
      present?.transport === endpoint.transport &&
      ('url' in address ? present.url === address.url : present.launcher === address.launcher);
    if (!isSame)
      await as.tell(documents.ENDPOINT_SET, { version: ref, environment, transport: endpoint.transport, ...address });
  }
}

async function inspect(as: GraphqlClient, ref: VersionRef): Promise<void> {
  const { inspection } = await as.tell<{ inspection: { id: string } }>(documents.INSPECTION_REQUEST, {
    version: ref,
    environment: 'staging',
  });
  const run = await finished(() =>
    as.ask<{ inspection: Run | null }>(documents.INSPECTION, { id: inspection.id }).then((data) => data.inspection),
  );
  if (run.outcome !== 'healthy')
    throw new Error(`the inspection of ${name(ref)} ended as ${run.outcome ?? run.status}: ${run.detail ?? ''}`);
}

async function check(as: GraphqlClient, ref: VersionRef): Promise<void> {
  const { check: asked } = await as.tell<{ check: { id: string } }>(documents.CHECK_REQUEST, { version: ref });
  const run = await finished(() =>
    as.ask<{ check: Run | null }>(documents.CHECK, { id: asked.id }).then((data) => data.check),
  );
  if (run.status !== 'completed') throw new Error(`the check of ${name(ref)} did not conclude`);
}

/** The demo's servers ask nobody for credentials; a reviewer may accept that for a time, in writing. */
async function acceptOpenServer(as: GraphqlClient, server: string): Promise<void> {
  await as.tell(documents.EXCEPTION_GRANT, {
    server: { byName: server },
    guard: 'unauthenticated_access_refused',
    reason: 'Demo server with sample data that listens on loopback only.',
    expiresAt: new Date(Date.now() + EXCEPTION_DAYS * 86_400_000).toISOString(),
  });
}

async function transition(as: GraphqlClient, input: JsonObject): Promise<void> {
  await as.tell(documents.VERSION_TRANSITION, input);
}

async function finished(ask: () => Promise<Run | null>): Promise<Run> {
  const deadline = Date.now() + RUN_WITHIN_MS;
  while (true) {
    const run = await ask();
    if (run && (run.status === 'completed' || run.status === 'failed')) return run;
    if (Date.now() > deadline) throw new Error('the worker did not finish in time');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function name({ byName }: VersionRef): string {
  return `${byName.server}@${byName.version}`;
}
