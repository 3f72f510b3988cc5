import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import {
  CASE_GROUPS,
  type CaseGroup,
  type ConformanceReport,
  junitReport,
  markdownReport,
  runConformance,
} from '@rollcall/conformance';
import { type CommandOptions, collect } from '../../command-options.js';
import type { CommandOutcome, CommandSpec, Invocation } from '../../command-spec.js';
import { EXIT } from '../../errors/exit-codes.js';
import { failureOf, usage } from '../../errors/failure.js';
import { writeOutput } from '../../output/output-file.js';
import { inline } from '../../output/style.js';
import { VERSION } from '../../version.js';
import { conformanceText } from './conformance-text.js';

const WRITERS: Readonly<Record<string, (report: ConformanceReport) => string>> = {
  junit: junitReport,
  markdown: markdownReport,
};
const NAMESPACE = /^[a-zA-Z0-9][a-zA-Z0-9.-]*[a-zA-Z0-9]$/;
/** Addresses of this machine need no pause between two requests. */
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Runs the conformance suite against any registry; needs no control plane. */
export const conformanceRegistryCommand: CommandSpec = {
  name: 'conformance registry',
  summary: 'does a registry do what the MCP Registry API v0.1 and its clients expect?',
  declare: (command) => {
    command
      .argument('<url>', 'the registry: everything before /v0.1')
      .option('--token <token>', 'read with these credentials')
      .option('--publish-token <token>', 'publish with these credentials, too: runs the cases that write')
      .option('--namespace <namespace>', 'where throw-away servers are published; needs --publish-token')
      .option('--only <group>', 'run this group of cases, or this family of groups (repeatable)', collect)
      .option('--report <kind=file>', 'write a report: junit=FILE or markdown=FILE (repeatable)', collect)
      .option('--max-requests <number>', 'stop asking after this many requests, default 400')
      .option('--timeout <seconds>', 'time for one request, default 10');
  },
  connects: 'own-url',
  examples: [
    'rollcall conformance registry https://registry.example.com',
    'rollcall conformance registry http://127.0.0.1:8080 --publish-token $TOKEN --namespace com.acme --report junit=report.xml',
  ],
  run: conformance,
};

async function conformance({ cli, args: [url = ''], options }: Invocation): Promise<CommandOutcome> {
  const registry = baseOf(url);
  const files = reportFiles(options);
  const report = await runConformance({
    registry: registry.href,
    fetch: (at, init) => fetch(at, init),
    pause: (ms) => wait(ms),
    userAgent: `rollcall-conformance/${VERSION}`,
    token: options.text('token') ?? null,
    writing: writingOf(options),
    ...groupsOf(options),
    limits: {
      timeoutMs: options.seconds('timeout', '--timeout', 10),
      maxRequests: maxRequestsOf(options),
      ...(LOOPBACK.test(registry.hostname) ? { pauseMs: 0 } : {}),
    },
  });
  for (const [kind, file] of files) await writeOutput(cli.io, file, WRITERS[kind]?.(report) ?? '');
  return outcomeOf(report);
}

function outcomeOf(report: ConformanceReport): CommandOutcome {
  const text = conformanceText(report);
  if (report.conclusion === 'not_conformant') return { data: report, text, exitCode: EXIT.no };
  if (report.conclusion === 'conformant') return { data: report, text };
  if (report.conclusion === 'undecided') return { data: report, text, failure: undecided() };
  const failure = failureOf({
    code: 'TARGET_UNREACHABLE',
    message: inline(report.summary),
    nextStep: 'Check the address: it is everything before /v0.1.',
  });
  return { data: report, text: '', failure };
}

function undecided() {
  return failureOf({
    code: 'UNDECIDED',
    message:
      'Cases that a yes needs were not run: the registry limits the rate of requests, or --max-requests was reached.',
    nextStep: 'Try again later, raise --max-requests, or run fewer cases with --only.',
  });
}

/** The base as a person may write it: with a slash at its end, or with /v0.1. */
function baseOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '' || url.hash !== '') {
    throw usage(
      `${inline(text)} is not the address of a registry.`,
      'Write an http or https URL without user name, query and fragment: https://registry.example.com.',
    );
  }
  url.pathname = url.pathname.replace(/\/+$/, '').replace(/\/v0(\.1)?(\/servers)?$/, '');
  return url;
}

function writingOf(options: CommandOptions): { token: string; namespace: string; runId: string } | null {
  const [token, namespace] = [options.text('publishToken'), options.text('namespace')];
  if (token === undefined && namespace === undefined) return null;
  if (token === undefined || namespace === undefined)
    throw usage(
      '--publish-token and --namespace belong together.',
      'Give both, or none to run the cases that only read.',
    );
  if (!NAMESPACE.test(namespace))
    throw usage(`${inline(namespace)} is not a namespace.`, 'Write it without a slash: --namespace com.acme.');
  return { token, namespace, runId: randomBytes(4).toString('hex') };
}

function groupsOf(options: CommandOptions): { only?: CaseGroup[] } {
  const wanted = options.list('only');
  if (wanted.length === 0) return {};
  const unknown = wanted.find((name) => !CASE_GROUPS.some((group) => belongs(group, name)));
  if (unknown !== undefined)
    throw usage(`There is no group ${inline(unknown)}.`, `Groups are ${CASE_GROUPS.join(', ')}.`);
  return { only: CASE_GROUPS.filter((group) => wanted.some((name) => belongs(group, name))) };
}

const belongs = (group: CaseGroup, name: string): boolean => group === name || group.startsWith(`${name}/`);

function reportFiles(options: CommandOptions): [kind: string, file: string][] {
  const files = Object.entries(options.pairs('report', '--report'));
  const unknown = files.find(([kind]) => !Object.hasOwn(WRITERS, kind));
  if (unknown !== undefined)
    throw usage(`There is no report of the kind ${inline(unknown[0])}.`, 'Write --report junit=FILE or markdown=FILE.');
  return files;
}

function maxRequestsOf(options: CommandOptions): number {
  const text = options.text('maxRequests') ?? '400';
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= 5000) return number;
  throw usage(`--max-requests ${inline(text)} is not a number from 1 to 5000.`, 'Write --max-requests 400.');
}
