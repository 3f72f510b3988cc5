import { AGENT, demoVersions, GRANTS, NAMESPACES } from './catalogue.js';
import * as documents from './documents.js';
import { gatherEvidence } from './evidence.js';
import type { GraphqlClient } from './graphql.client.js';
import { type People, signIn } from './people.js';
import type { SeedOrder } from './seed-order.js';
import { bringAlong } from './version-journey.js';

const ENVIRONMENT = 'production';
const ENFORCED_WITHIN_MS = 30_000;
const POLL_MS = 150;

/** What a seed leaves behind. */
export type Seeded = { agentToken: string; versionsCreated: number };

/** Fills an installation with the demo. Run again it finds everything there and changes nothing. */
export async function seed(order: SeedOrder): Promise<Seeded> {
  const people = signIn(order);
  const team = await owningTeam(people.owner);
  await claimNamespaces(people.admin, team);
  const { environments } = await people.admin.ask<{ environments: { name: string }[] }>(documents.ENVIRONMENTS);
  const names = environments.map((environment) => environment.name);
  let versionsCreated = 0;
  // one after the other: 2.0.0 is judged against what is active by then
  for (const version of demoVersions(order)) versionsCreated += (await bringAlong(people, version, names)) ? 1 : 0;
  await gatherEvidence(people);
  const isNewAgent = await ensureAgent(people, team);
  const agentToken = (isNewAgent ? null : order.agentToken) ?? (await issueToken(people.admin));
  await untilEnforced(people.admin);
  return { agentToken, versionsCreated };
}

type Gateway = { environment: { name: string }; status: { converged: boolean } | null };

/** Who reads "ready" may call a tool at once: what was granted above is in force at a gateway by then. */
async function untilEnforced(admin: GraphqlClient): Promise<void> {
  await admin.tell(documents.BUNDLE_PUBLISH, { environment: ENVIRONMENT });
  const deadline = Date.now() + ENFORCED_WITHIN_MS;
  while (true) {
    const { gateways } = await admin.ask<{ gateways: Gateway[] }>(documents.GATEWAYS);
    if (gateways.some((gateway) => gateway.environment.name === ENVIRONMENT && gateway.status?.converged)) return;
    if (Date.now() > deadline) throw new Error('no gateway has taken over the newest policy in time');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

type Membership = { team: { slug: string }; role: string };

async function owningTeam(owner: GraphqlClient): Promise<string> {
  const { viewer } = await owner.ask<{ viewer: { memberships: Membership[] } }>(documents.VIEWER);
  const team = viewer.memberships.find((membership) => membership.role === 'maintainer')?.team.slug;
  if (team === undefined) throw new Error('the owner maintains no team');
  return team;
}

async function claimNamespaces(admin: GraphqlClient, team: string): Promise<void> {
  const { namespaces } = await admin.ask<{ namespaces: { name: string }[] }>(documents.NAMESPACES);
  for (const name of NAMESPACES) {
    if (!namespaces.some((namespace) => namespace.name === name))
      await admin.tell(documents.NAMESPACE_CLAIM, { name, team });
  }
}

type Agent = { slug: string; grants: { server: { name: string }; environment: { name: string } }[] };

/** True when the agent did not exist: a kept token then belongs to another one. */
async function ensureAgent({ admin, owner }: People, team: string): Promise<boolean> {
  const { agents } = await admin.ask<{ agents: Agent[] }>(documents.AGENTS);
  const present = agents.find((agent) => agent.slug === AGENT.slug);
  if (!present) await admin.tell(documents.AGENT_CREATE, { ...AGENT, team });
  for (const grant of GRANTS) {
    // also one that was revoked counts: somebody decided that
    if (present?.grants.some((one) => one.server.name === grant.server)) continue;
    await owner.tell(documents.GRANT_CREATE, {
      agent: AGENT.slug,
      server: { byName: grant.server },
      environment: ENVIRONMENT,
      versions: grant.versions,
      tools: grant.tools,
    });
  }
  return present === undefined;
}

async function issueToken(admin: GraphqlClient): Promise<string> {
  const { token } = await admin.tell<{ token: string | null }>(documents.AGENT_TOKEN_ISSUE, { agent: AGENT.slug });
  if (token === null) throw new Error('no token was issued to the agent');
  return token;
}
