import { configWarnings, type DescribedSetting, describeConfig, loadConfig } from '@rollcall/config';
import { CliViewerDocument } from '@rollcall/schema';
import type { Cli } from '../cli.js';
import type { CommandOutcome, CommandSpec } from '../command-spec.js';
import { execute } from '../connection/graphql.client.js';
import { send } from '../connection/http.client.js';
import { loginFile } from '../connection/login-file.js';
import type { ConnectionSettings } from '../connection/settings.js';
import { EXIT } from '../errors/exit-codes.js';
import { CliFailure, describeFailure, type Failure } from '../errors/failure.js';
import { dim, green, inline, red } from '../output/style.js';
import { indent, table } from '../output/table.js';
import { VERSION } from '../version.js';

const HEALTH_BYTES = 64 * 1024;

type Finding = { name: string; ok: boolean; message: string };

/** Shows what is in effect, and whether it works. */
export const doctorCommand: CommandSpec = {
  name: 'doctor',
  summary: 'the effective configuration with secrets masked, and whether the control plane answers',
  connects: 'account',
  run: async ({ cli }) => examine(cli),
};

async function examine(cli: Cli): Promise<CommandOutcome> {
  const settings: DescribedSetting[] = [
    { variable: 'version', value: VERSION },
    { variable: 'node', value: process.version },
    { variable: 'login file', value: loginFile(cli.io.env) },
  ];
  const findings: Finding[] = [];
  const failures: Failure[] = [];
  const look = async <T>(name: string, attempt: () => Promise<{ message: string; value: T }>): Promise<T | null> => {
    try {
      const { message, value } = await attempt();
      findings.push({ name, ok: true, message });
      return value;
    } catch (error) {
      const failure = describeFailure(error);
      // A bug of ours is not a finding about the installation.
      if (failure.exitCode === EXIT.bug && !(error instanceof CliFailure)) throw error;
      failures.push(failure);
      findings.push({ name, ok: false, message: `${failure.body.message} ${failure.body.nextStep}` });
      return null;
    }
  };
  settings.push(...((await look('configuration', async () => configuration(cli))) ?? []));
  const connection = await look('connection', async () => {
    const value = await cli.connection();
    return { message: `${value.url} (${value.source.url}), token from ${value.source.token}`, value };
  });
  if (connection !== null && (await look('reachable', () => reachable(connection)))) {
    await look('account', () => account(connection));
  }
  const [failure] = failures;
  return { data: { settings, findings }, text: reportText(settings, findings), failure: failure ?? null };
}

function configuration(cli: Cli): { message: string; value: DescribedSetting[] } {
  const config = loadConfig(cli.io.env);
  for (const warning of configWarnings(config)) cli.note(warning);
  return { message: 'every ROLLCALL_ variable is understood', value: describeConfig(config) };
}

async function reachable(settings: ConnectionSettings): Promise<{ message: string; value: true }> {
  const started = performance.now();
  const answer = await send({ ...settings, token: null }, { method: 'GET', path: '/readyz', maxBytes: HEALTH_BYTES });
  const took = `${Math.round(performance.now() - started)} ms`;
  if (answer.status === 200) return { message: `ready, ${took}`, value: true };
  throw new CliFailure({
    code: answer.status === 503 ? 'UNAVAILABLE' : 'NOT_ROLLCALL',
    message: `GET /readyz answers HTTP ${answer.status}.`,
    nextStep: 'Look at the log of the control plane, or check the URL.',
  });
}

async function account(settings: ConnectionSettings): Promise<{ message: string; value: true }> {
  if (settings.token === null) {
    throw new CliFailure({
      code: 'UNAUTHENTICATED',
      message: 'You are not signed in.',
      nextStep: 'Sign in with rollcall login --url U --token T.',
    });
  }
  const { viewer } = await execute(settings, CliViewerDocument, {});
  return { message: `${viewer.principal.handle} of ${viewer.organization.name}`, value: true };
}

function reportText(settings: readonly DescribedSetting[], findings: readonly Finding[]): string {
  const rows = findings.map(({ name, ok, message }) => [ok ? green('✔') : red('✖'), name, inline(message)]);
  const values = settings.map(({ variable, value }) => [dim(variable), inline(value)]);
  return `${table(rows)}\n\n${indent(table(values))}`;
}
