import type { CompileInput } from './compile-input.js';
import { compareText, isRange } from './version-order.js';

/** Why a snapshot cannot be compiled; all are reported together, sorted by path. */
export type CompileIssue = {
  code:
    | 'INVALID_ALIAS'
    | 'DUPLICATE_ALIAS'
    | 'DUPLICATE_VERSION'
    | 'TOOL_NAME_COLLISION'
    | 'ENDPOINT_HAS_CREDENTIALS'
    | 'DECOMMISSION_MISSING'
    | 'DUPLICATE_AGENT'
    | 'INVALID_TOKEN_HASH'
    | 'DUPLICATE_TOKEN'
    | 'INVALID_RANGE';
  /** One sentence for a person. */
  message: string;
  /** What it is about, by name: `servers.ledger.versions.1.0.0`. */
  path: string;
};

type Server = CompileInput['servers'][number];
type Version = Server['versions'][number];
type Agent = CompileInput['agents'][number];

/** What an alias may look like. It has no underscore, therefore the first `__` of an exposed name always ends the alias. */
export const ALIAS_PATTERN = /^[a-z0-9][a-z0-9-]{0,31}$/;
const TOKEN_HASH = /^[0-9a-f]{64}$/;
const URL_WITH_CREDENTIALS = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\\]*@/i;

/** Everything that makes a snapshot ambiguous or unsafe to compile; empty when it is sound. */
export function findIssues(input: CompileInput): CompileIssue[] {
  const issues = [...serverIssues(input.servers), ...agentIssues(input)];
  return issues.sort((a, b) => compareText(a.path, b.path) || compareText(a.code, b.code));
}

function serverIssues(servers: Server[]): CompileIssue[] {
  const issues: CompileIssue[] = [];
  for (const server of servers) {
    if (ALIAS_PATTERN.test(server.alias)) continue;
    issues.push({
      code: 'INVALID_ALIAS',
      message: `The alias "${server.alias}" of ${server.name} must be 1 to 32 of a-z, 0-9 and -, and not start with -.`,
      path: `servers.${server.alias}`,
    });
  }
  for (const alias of duplicates(servers.map((server) => server.alias))) {
    const names = servers.filter((server) => server.alias === alias).map((server) => server.name);
    issues.push({
      code: 'DUPLICATE_ALIAS',
      message: `The alias "${alias}" is used by more than one server: ${names.sort(compareText).join(', ')}.`,
      path: `servers.${alias}`,
    });
  }
  return [...issues, ...servers.flatMap(versionIssues)];
}

function versionIssues(server: Server): CompileIssue[] {
  const path = (version: string) => `servers.${server.alias}.versions.${version}`;
  const issues: CompileIssue[] = duplicates(server.versions.map((version) => version.version)).map((version) => ({
    code: 'DUPLICATE_VERSION',
    message: `${server.name} has the version ${version} more than once.`,
    path: path(version),
  }));
  for (const version of server.versions) {
    issues.push(...collisions(server, version, path(version.version)));
    if (version.state === 'decommissioned' && version.decommission === null) {
      issues.push({
        code: 'DECOMMISSION_MISSING',
        message: `${server.name} ${version.version} is decommissioned, but when it happened is not recorded.`,
        path: path(version.version),
      });
    }
    if (version.endpoint?.transport === 'streamable-http' && URL_WITH_CREDENTIALS.test(version.endpoint.url)) {
      issues.push({
        code: 'ENDPOINT_HAS_CREDENTIALS',
        message: `The endpoint of ${server.name} ${version.version} carries a user name or password; bundles carry no secrets.`,
        path: path(version.version),
      });
    }
  }
  return issues;
}

/** Across servers a collision is impossible (see {@link ALIAS_PATTERN}), so only one contract can name a tool twice. */
function collisions(server: Server, version: Version, path: string): CompileIssue[] {
  const tools = (version.contract?.members ?? []).filter((member) => member.kind === 'tool');
  return duplicates(tools.map((tool) => tool.name)).map((tool) => ({
    code: 'TOOL_NAME_COLLISION',
    message: `Two tools of ${server.name} ${version.version} would both be exposed as ${server.alias}__${tool}.`,
    path: `${path}.tools.${tool}`,
  }));
}

function agentIssues(input: CompileInput): CompileIssue[] {
  const issues: CompileIssue[] = duplicates(input.agents.map((agent) => agent.id)).map((id) => ({
    code: 'DUPLICATE_AGENT',
    message: `The agent id ${id} appears more than once.`,
    path: `agents.${id}`,
  }));
  const tokens = input.agents.flatMap((agent) => agent.tokens.map((token) => token.sha256));
  const shared = new Set(duplicates(tokens));
  for (const agent of input.agents) {
    issues.push(...tokenIssues(agent, shared), ...grantIssues(agent, input.servers));
  }
  return issues;
}

function tokenIssues(agent: Agent, shared: Set<string>): CompileIssue[] {
  const path = `agents.${agent.id}.tokens`;
  const issues: CompileIssue[] = [];
  if (agent.tokens.some((token) => !TOKEN_HASH.test(token.sha256))) {
    const message = `A token of agent "${agent.name}" is not stored as 64 lower-case hexadecimal digits of SHA-256.`;
    issues.push({ code: 'INVALID_TOKEN_HASH', message, path });
  }
  if (agent.tokens.some((token) => shared.has(token.sha256))) {
    const message = `A token of agent "${agent.name}" appears more than once, so it does not say who calls.`;
    issues.push({ code: 'DUPLICATE_TOKEN', message, path });
  }
  return issues;
}

function grantIssues(agent: Agent, servers: Server[]): CompileIssue[] {
  const issues: CompileIssue[] = [];
  for (const grant of agent.grants) {
    const server = servers.find((candidate) => candidate.alias === grant.alias);
    // A server that is not in this environment: its versions are not known here, so nothing can be said about the grant.
    if (server === undefined || isRange(grant.versions)) continue;
    if (server.versions.some((version) => version.version === grant.versions)) continue;
    issues.push({
      code: 'INVALID_RANGE',
      message: `The grant ${grant.id} of agent "${agent.name}" says "${grant.versions}", which is neither a version of ${server.name} nor a semver range.`,
      path: `agents.${agent.id}.grants.${grant.id}`,
    });
  }
  return issues;
}

function duplicates(values: string[]): string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const value of values) {
    if (seen.has(value)) twice.add(value);
    seen.add(value);
  }
  return [...twice];
}
