import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SigningKeyLocation } from '@rollcall/bundles';
import { type FixedClock, fixedClock, type JsonObject } from '@rollcall/kernel';
import { NotificationSettings } from '@rollcall/notifications';
import { createLogger, createMetrics } from '@rollcall/observability';
import { type DefaultScope, PrismaService } from '@rollcall/persistence';
import { ProofNetwork, type ProofsOptions, TokenKeyLocation } from '@rollcall/proofs';
import type { SignInSettings } from '@rollcall/sessions';
import { NOON, testDatabase, type World } from '@rollcall/testing';
import { createApi } from '../src/api.application.js';
import { LiveEvents } from '../src/graphql/live-events.js';
import type { AuthRate } from '../src/sign-in/auth-rate.guard.js';

/** A GraphQL answer with its HTTP status. */
export type GraphqlAnswer = {
  status: number;
  body: string;
  data: Record<string, never> | null;
  errors: { message: string; extensions: { code: string; requestId: string; nextStep?: string } }[];
};

/** The real api in this process, on a database and a free port of its own. */
export type RunningApi = World & {
  url: string;
  /** Of the tables' owner, for what only an operator can do. */
  databaseUrl: string;
  clock: FixedClock;
  prisma: PrismaService;
  /** Every log line so far, as one text. */
  log(): string;
  query(token: string | null, query: string, variables?: object): Promise<GraphqlAnswer>;
  fetch(path: string, token?: string | null, init?: RequestInit): Promise<Response>;
  /** How many subscriptions are open. */
  watching(): number;
  /** Takes the database away while the api runs. */
  dropDatabase(): Promise<void>;
  stop(): Promise<void>;
  close(): Promise<void>;
};

/** Starts it; its clock stands at NOON until it is moved. */
export async function startApi({
  proofs = {},
  ...options
}: {
  redisUrl?: string;
  outsideRequests?: DefaultScope;
  proofs?: Partial<ProofsOptions>;
  signIn?: SignInSettings;
  authRate?: AuthRate;
  consoleDir?: string;
} = {}): Promise<RunningApi> {
  const database = await testDatabase();
  const keysDir = mkdtempSync(path.join(tmpdir(), 'rollcall-keys-'));
  const clock = fixedClock(NOON);
  const lines: string[] = [];
  const logger = createLogger({
    service: 'api',
    level: 'info',
    destination: { write: (line: string) => void lines.push(line) },
  });
  const keys = new SigningKeyLocation(keysDir);
  const app = await createApi({
    databaseUrl: database.url,
    keys,
    clock,
    logger,
    metrics: createMetrics('api'),
    notifications: new NotificationSettings({
      secretsKeyFile: path.join(keysDir, 'secrets.key'),
      publicUrl: 'https://rollcall.example.com',
    }),
    proofs: {
      network: new ProofNetwork({ policy: { allowPrivate: [] }, dnsServers: [] }),
      tokenKey: new TokenKeyLocation(keysDir),
      ...proofs,
    },
    outsideRequests: 'system',
    ...options,
  });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const headersOf = (token: string | null | undefined) => (token ? { authorization: `Bearer ${token}` } : {});
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= app.close();
    return stopped;
  };
  return {
    url,
    databaseUrl: database.url,
    clock,
    prisma: app.get(PrismaService),
    get: (token) => app.get(token, { strict: false }),
    log: () => lines.join(''),
    fetch: (at, token, init = {}) =>
      fetch(`${url}${at}`, { ...init, headers: { ...headersOf(token), ...(init.headers as object) } }),
    query: async (token, query, variables = {}) => {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headersOf(token) },
        body: JSON.stringify({ query, variables }),
      });
      const body = await response.text();
      const parsed = JSON.parse(body) as JsonObject;
      return { status: response.status, body, data: parsed['data'] ?? null, errors: parsed['errors'] ?? [] } as never;
    },
    watching: () => app.get(LiveEvents, { strict: false }).watching,
    dropDatabase: () => database.close(),
    stop,
    close: async () => {
      await stop();
      await database.close();
      rmSync(keysDir, { recursive: true, force: true });
    },
  };
}
