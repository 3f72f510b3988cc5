import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildASTSchema, concatAST, type GraphQLSchema, graphql, parse } from 'graphql';
import { type Called, call, callJson } from './call.fixture.js';

/** A root field: a value, or a function of its arguments. */
export type Field = unknown;

/**
 * A control plane that speaks the real SDL, executed by the reference implementation of GraphQL: a document that does not
 * fit fails here as it would in production. What it knows is set by the test.
 */
export class ScriptedControlPlane {
  /** What it answers, by root field. */
  fields: Record<string, Field> = {};
  /** Comes before GraphQL; true when it has answered. */
  plain: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  /** Every request, oldest first. */
  seen: { path: string; authorization: string | undefined }[] = [];
  /** A folder of the running test. */
  cwd = '';
  url = '';
  private readonly server = createServer((request, response) => {
    this.answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });

  /** Listens on a free loopback port. */
  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Forgets the last test. */
  async begin(fields: Record<string, Field>): Promise<void> {
    this.cwd = await mkdtemp(path.join(tmpdir(), 'rollcall-plane-'));
    this.fields = fields;
    this.plain = () => false;
    this.seen = [];
  }

  /** Removes what the test wrote. */
  async end(): Promise<void> {
    await rm(this.cwd, { recursive: true, force: true });
  }

  /** Ends every connection. */
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Runs a command signed in here, with `--format json`. */
  run(...argv: string[]) {
    return callJson(argv, { cwd: this.cwd, env: this.env() });
  }

  /** Runs a command signed in here, as people do. */
  runText(...argv: string[]): Promise<Called> {
    return call(argv, { cwd: this.cwd, env: this.env() });
  }

  private env() {
    return { XDG_CONFIG_HOME: this.cwd, ROLLCALL_URL: this.url, ROLLCALL_TOKEN: 'rc_token' };
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.seen.push({ path: request.url ?? '', authorization: request.headers.authorization });
    if (this.plain(request, response)) return;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { query, variables } = JSON.parse(Buffer.concat(chunks).toString()) as { query: string; variables: object };
    const result = await graphql({
      schema: sdl(),
      source: query,
      rootValue: this.fields,
      variableValues: { ...variables },
    });
    response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': 'req_42' });
    response.end(JSON.stringify(result));
  }
}

let built: GraphQLSchema | undefined;

function sdl(): GraphQLSchema {
  const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../api/src');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.graphql'));
  built ??= buildASTSchema(concatAST(names.sort().map((name) => parse(readFileSync(path.join(folder, name), 'utf8')))));
  return built;
}

/** A refusal inside a payload. */
export const refusal = (code: string) => ({ code, message: `${code} said no.`, nextStep: 'Do otherwise.', path: [] });

export const VIEWER = {
  principal: { id: 'prn_1', kind: 'user', handle: 'ada', displayName: 'Ada' },
  organization: { id: 'org_1', slug: 'acme', name: 'Acme' },
  roles: ['owner'],
  memberships: [{ role: 'maintainer', team: { slug: 'payments', name: 'Payments' } }],
};
export const VERSION = {
  id: 'ver_1',
  version: '1.0.0',
  state: 'in_review',
  stateChangedAt: '2026-11-20T12:00:00.000Z',
  isLatest: true,
  publishedAt: '2026-11-20T12:00:00.000Z',
  server: { id: 'srv_1', name: 'com.acme/x', alias: 'x', versions: [] },
};
export const GUARDS = [
  { guard: 'unauthenticated_refused', status: 'unmet', message: 'The tools are open to everybody.', evidence: {} },
  { guard: 'reviewer_is_not_publisher', status: 'met', message: 'Somebody else published it.', evidence: {} },
];

/** A check that waits for its run. */
export const CHECK = {
  id: 'chk_1',
  status: 'queued',
  conclusion: null as string | null,
  serverName: 'com.acme/x',
  version: '1.0.0' as string | null,
  candidate: false,
  contextId: null as string | null,
  url: '/checks/chk_1',
  waiting: 0,
  contractDigest: null,
  baseVersion: '0.9.0',
  baseEnvironment: null as string | null,
  comparison: null,
  changes: [] as object[],
  findings: [] as object[],
  steps: [] as object[],
  requestedAt: '2026-11-20T12:00:00.000Z',
  finishedAt: null,
};
