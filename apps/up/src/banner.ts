/** What `<data-dir>/runtime.json` promises. */
export type Runtime = {
  apiUrl: string;
  consoleUrl: string;
  graphqlUrl: string;
  registryUrl: string;
  gatewayUrl: string;
  databaseUrl: string;
  pids: Record<string, number>;
  demo: {
    adminToken: string;
    ownerToken?: string;
    reviewerToken?: string;
    ciToken?: string;
    agentToken?: string;
  };
};

/** The box a person sees when everything is ready. */
export function banner(runtime: Runtime, next: string[]): string {
  const { demo } = runtime;
  const signIns = Object.entries({
    admin: demo.adminToken,
    owner: demo.ownerToken,
    reviewer: demo.reviewerToken,
    ci: demo.ciToken,
    agent: demo.agentToken,
  });
  return box([
    'Rollcall is ready',
    '',
    row('Console', runtime.consoleUrl),
    row('GraphQL', runtime.graphqlUrl),
    row('Registry', runtime.registryUrl),
    row('Gateway', runtime.gatewayUrl),
    '',
    'Sign in with',
    ...signIns.flatMap(([name, token]) => (token === undefined ? [] : [row(`  ${name}`, token)])),
    '',
    'Next',
    ...next.map((line) => `  ${line}`),
  ]);
}

const row = (name: string, text: string): string => `${name.padEnd(12)}${text}`;

function box(lines: string[]): string {
  const width = Math.max(...lines.map((line) => line.length));
  const bar = '─'.repeat(width + 2);
  return [`┌${bar}┐`, ...lines.map((line) => `│ ${line.padEnd(width)} │`), `└${bar}┘`].join('\n');
}
