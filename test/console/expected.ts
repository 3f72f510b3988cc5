import assert from 'node:assert/strict';

export type ExpectedVersion = {
  version: string;
  state: string;
  contract: { tools: { name: string }[] } | null;
  transitions: { fromState: string | null; toState: string; actorHandle: string; reason: string | null }[];
};
export type ExpectedServer = {
  name: string;
  team: { name: string };
  latestVersion: { version: string; state: string } | null;
};
export type Expected = {
  handle: string;
  servers: ExpectedServer[];
  /** The server and version with the richest story: tools and the most transitions. */
  subject: { name: string; versions: ExpectedVersion[]; version: ExpectedVersion };
};

type Target = { url: string; token: string };

async function ask<T>(target: Target, query: string, variables: Record<string, unknown> = {}): Promise<T> {
  const response = await fetch(new URL('/graphql', target.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${target.token}` },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(10_000),
  });
  const answer = (await response.json()) as { data?: T; errors?: { message: string }[] };
  assert.ok(answer.data, `the api refused the journey's own question: ${JSON.stringify(answer.errors)}`);
  return answer.data;
}

const listQuery = `{
  viewer { principal { handle } }
  servers(first: 25) { edges { node { name team { name } latestVersion { version state } } } }
}`;
const serverQuery = `query ($name: String!) {
  server(ref: { byName: $name }) {
    versions { version state contract { tools { name } } transitions { fromState toState actorHandle reason } }
  }
}`;

/** What the screens must show, asked from the same api without the console. */
export async function readExpected(target: Target): Promise<Expected> {
  const list = await ask<{
    viewer: { principal: { handle: string } };
    servers: { edges: { node: ExpectedServer }[] };
  }>(target, listQuery);
  const servers = list.servers.edges.map((edge) => edge.node);
  assert.ok(servers.length > 0, 'the journey needs a seeded server');

  let subject: Expected['subject'] | null = null;
  for (const { name } of servers.slice(0, 10)) {
    const { server } = await ask<{ server: { versions: ExpectedVersion[] } }>(target, serverQuery, { name });
    for (const version of server.versions) {
      const told = (version.contract?.tools.length ?? 0) > 0 ? version.transitions.length : 0;
      if (told > (subject?.version.transitions.length ?? 0)) subject = { name, versions: server.versions, version };
    }
  }
  assert.ok(subject, 'the journey needs a version with a contract and a transition');
  return { handle: list.viewer.principal.handle, servers, subject };
}
