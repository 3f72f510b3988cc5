import type { Config } from '@rollcall/config';
import type { Runtime } from './banner.js';
import type { Child, Program } from './child.js';
import type { DataDirectory } from './data-directory.js';
import { chooseDemoPorts } from './demo-ports.js';
import { type Installation, Programs } from './installation.js';
import { writeLaunchers } from './launchers.js';
import type { UpOptions } from './options.js';
import { requireRedis } from './ports.js';
import { type ReadyLine, runStep, waitUntilReady } from './service.js';
import { writeState } from './state-file.js';
import { type BootstrapAnswer, databaseName, keepTokens, keptTokens, mergeTokens, type Tokens } from './tokens.js';
import { stepFailed } from './up.errors.js';

/** What a person is told when everything runs. */
export type Ready = { runtime: Runtime; next: string[] };

/** What is asked for, and where progress is said. */
export type StartSettings = {
  options: UpOptions;
  config: Config;
  dist: string;
  inherited: Record<string, string>;
  say: (line: string) => void;
};

/** Who starts and watches what a start needs; everything it starts, it also stops. */
export type Starter = {
  readonly settings: StartSettings;
  readonly directory: DataDirectory;
  readonly isStopping: boolean;
  openDatabase(): Promise<string>;
  startService(program: Program): Promise<[Child, ReadyLine]>;
  beginStep(child: Child): void;
  pids(): Promise<Record<string, number>>;
};

/** The order of a start. Each line of progress is said when the step is done. */
export async function startUp(starter: Starter): Promise<Ready> {
  const { options, config, dist, inherited } = starter.settings;
  const data = starter.directory;
  if (config.redisUrl) await requireRedis(config.redisUrl);
  const databaseUrl = await timed(starter, 'database', () => starter.openDatabase());
  const launchersFile = writeLaunchers(data, config.stdioLaunchersFile, options.demo);
  const on: Installation = { options, config, data, dist, inherited, databaseUrl, launchersFile };
  const programs = new Programs(on);
  const urls = Programs.urls(options);

  let tokens = await timed(starter, 'migrations, keys, sign-ins', () => bootstrap(starter, programs));
  const demoReady = await timed(starter, 'api, worker, demo servers', async () => {
    const [, , demo] = await Promise.all([
      starter.startService(programs.api()).then(([child]) => waitUntilReady(child, urls.api)),
      starter.startService(programs.worker()),
      options.demo ? startDemoServers(starter, programs) : undefined,
    ]);
    return demo;
  });
  await timed(starter, 'gateway', async () => {
    const [gateway] = await starter.startService(programs.gateway(tokens));
    if (demoReady) tokens = await seed(starter, programs, tokens, demoReady);
    await waitUntilReady(gateway, urls.gateway);
  });
  const runtime = runtimeOf(urls, databaseUrl, tokens, await starter.pids());
  writeState(data.runtimeFile, runtime);
  return { runtime, next: nextCommands(runtime, options.demo) };
}

/** Asks again for new sign-ins when the kept ones are gone: they are shown only once. */
async function bootstrap(starter: Starter, programs: Programs): Promise<Tokens> {
  const { options, config } = starter.settings;
  const { tokensFile, logs } = starter.directory;
  const start = { database: databaseName(config.databaseUrl), demo: options.demo };
  const kept = keptTokens(tokensFile, start.database, start.demo);
  const ask = (reissue: boolean) => runStep(programs.bootstrap(reissue), logs, (child) => starter.beginStep(child));
  const answer = (await ask(kept === undefined)) as BootstrapAnswer;
  const tokens =
    mergeTokens(kept, answer, start) ?? mergeTokens(undefined, (await ask(true)) as BootstrapAnswer, start);
  if (tokens === undefined) throw stepFailed('bootstrap', 'it issued no sign-ins', `${logs}/bootstrap.log`);
  keepTokens(tokensFile, tokens);
  return tokens;
}

async function startDemoServers(starter: Starter, programs: Programs): Promise<ReadyLine> {
  const { options } = starter.settings;
  const ports = await chooseDemoPorts(starter.directory.demoFile, options.gatewayPort, [
    options.port,
    options.gatewayPort,
  ]);
  const [, line] = await starter.startService(programs.demoServers(ports));
  return line;
}

async function seed(starter: Starter, programs: Programs, tokens: Tokens, demo: ReadyLine): Promise<Tokens> {
  const { options } = starter.settings;
  const { tokensFile, logs } = starter.directory;
  const order = {
    graphqlUrl: `${Programs.urls(options).api}/graphql`,
    tokens: tokens.tokens,
    agentToken: tokens.agentToken ?? null,
    paymentsUrls: demo['payments'],
    everythingUrl: demo['everything'],
    memoryLauncher: 'memory',
  };
  const answer = await runStep(programs.seed(), logs, (child) => starter.beginStep(child), order);
  if (!('agentToken' in answer) || typeof answer.agentToken !== 'string')
    throw stepFailed('seed', 'it issued no agent token', `${logs}/seed.log`);
  const complete = { ...tokens, agentToken: answer.agentToken };
  keepTokens(tokensFile, complete);
  return complete;
}

function runtimeOf(
  urls: { api: string; gateway: string },
  databaseUrl: string,
  all: Tokens,
  pids: Record<string, number>,
): Runtime {
  const { tokens, agentToken } = all;
  return {
    apiUrl: urls.api,
    consoleUrl: `${urls.api}/`,
    graphqlUrl: `${urls.api}/graphql`,
    registryUrl: `${urls.api}/v0.1`,
    gatewayUrl: urls.gateway,
    databaseUrl,
    pids,
    demo: {
      adminToken: tokens.admin,
      ...(tokens.owner === undefined ? {} : { ownerToken: tokens.owner }),
      ...(tokens.reviewer === undefined ? {} : { reviewerToken: tokens.reviewer }),
      ...(tokens.ci === undefined ? {} : { ciToken: tokens.ci }),
      ...(agentToken === undefined ? {} : { agentToken }),
    },
  };
}

function nextCommands(runtime: Runtime, demo: boolean): string[] {
  const signIn = `export ROLLCALL_URL=${runtime.apiUrl} ROLLCALL_TOKEN=${runtime.demo.ownerToken ?? runtime.demo.adminToken}`;
  return [signIn, demo ? 'npx rollcall can-i promote com.acme.payments/payments@2.0.0' : 'npx rollcall whoami'];
}

async function timed<T>(starter: Starter, title: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work();
  if (!starter.isStopping)
    starter.settings.say(`  ${title.padEnd(34)} ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return result;
}
