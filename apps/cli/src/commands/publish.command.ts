import { MAX_DEPTH, parseStrict } from '@rollcall/contract';
import { isJsonObject, type JsonObject } from '@rollcall/kernel';
import {
  type CliInspectionFragment,
  CliServerPublishDocument,
  type CliServerPublishMutation,
  CliVersionInspectionsDocument,
  type ServerPublishInput,
} from '@rollcall/schema';
import type { Cli } from '../cli.js';
import type { CommandOutcome, CommandSpec, Invocation } from '../command-spec.js';
import { type ControlPlane, entityOf, refusalOf } from '../connection/control-plane.js';
import { EXIT } from '../errors/exit-codes.js';
import { CliFailure, type Failure, failureOf, usage } from '../errors/failure.js';
import { comparisonText } from '../output/comparison-text.js';
import { green, inline, red } from '../output/style.js';
import { indent } from '../output/table.js';
import { versionText } from '../output/version-text.js';
import { poll } from '../poll.js';
import { contextIdOf } from '../reporting/change-context.js';
import { readText } from '../target/input-file.js';
import { observationFailure } from '../target/inspect-target.js';
import { loadContract } from '../target/load-contract.js';
import { parseTarget } from '../target/parse-target.js';
import { declareTargetOptions, targetOptions } from '../target/target-options.js';

const MAX_MANIFEST_BYTES = 1024 * 1024;

/** Makes a version known; immutable, and safe to repeat. */
export const publishCommand: CommandSpec = {
  name: 'publish',
  summary: 'publish the version a server.json describes',
  declare: (command) => {
    command
      .argument('<manifest>', 'server.json')
      .option('--contract <target>', 'capture this contract and let the semver gate judge it before anything is stored')
      .option('--alias <alias>', 'prefix of its tools at the gateway; chosen with the first version')
      .option(
        '--context-id <id>',
        'the pull request it comes from: its check and approvals belong to it. Found out under GitHub Actions and GitLab CI',
      )
      .option('--contact <contact>', 'who to call when it breaks: an e-mail address or URL')
      .option('--wait', 'wait until the new version has been inspected')
      .option('--wait-timeout <seconds>', 'how long --wait waits, default 120');
    declareTargetOptions(command);
  },
  connects: 'account',
  examples: ['rollcall publish server.json --contract https://staging.example.com/mcp --alias weather --wait'],
  run: publish,
};

type Payload = CliServerPublishMutation['serverPublish'];

async function publish({ cli, args: [file = ''], options }: Invocation): Promise<CommandOutcome> {
  const plane = await cli.controlPlane();
  const input: ServerPublishInput = { manifest: await readManifest(cli, file) };
  const [alias, contact, contract] = [options.text('alias'), options.text('contact'), options.text('contract')];
  if (alias !== undefined) input.alias = alias;
  if (contact !== undefined) input.contact = contact;
  const contextId = options.text('contextId') ?? contextIdOf(cli.io.env);
  if (contextId !== null) input.contextId = contextId;
  if (contract !== undefined) input.contract = await capture(cli, contract, targetOptions(options));
  const waitMs = options.seconds('waitTimeout', '--wait-timeout', 120);
  const { serverPublish: payload } = await plane.execute(CliServerPublishDocument, { input });
  const failure = refusalOf(payload.errors);
  if (failure !== null) return refused(payload, failure);
  const version = entityOf(payload.version, payload.errors);
  const verb = payload.created ? 'published' : 'was already published';
  const text = [`${green('✔')} ${versionText(version)}  ${verb}`, gateText(payload)]
    .filter((part) => part !== '')
    .join('\n');
  if (!options.flag('wait')) return { data: payload, text };
  const inspection = await awaitInspection(plane, version.id, waitMs);
  return {
    data: { ...payload, inspection },
    text: `${text}\n${inspectionText(inspection)}`,
    failure: inspectionFailure(inspection),
  };
}

/** The gate's no is a verdict; every other refusal is a wrong call. Both come with what the gate found. */
function refused(payload: Payload, failure: Failure): CommandOutcome {
  const exitCode = payload.gate?.allowed === false ? EXIT.no : failure.exitCode;
  return { data: payload, text: gateText(payload), failure, exitCode };
}

function gateText({ gate }: Payload): string {
  if (gate === null) return '';
  const mark = gate.allowed ? green('✔') : red('✖');
  return `${mark} semver gate: ${inline(gate.message)}\n${indent(comparisonText(gate.comparison))}`;
}

async function readManifest(cli: Cli, file: string): Promise<JsonObject> {
  const text = await readText(cli.io, file, MAX_MANIFEST_BYTES);
  const parsed = parseStrict(text, { maxBytes: MAX_MANIFEST_BYTES, maxDepth: MAX_DEPTH });
  if (!parsed.ok) {
    throw usage(`${file} is not acceptable JSON: ${parsed.error.message}`, 'Correct the file.', parsed.error.code);
  }
  if (!isJsonObject(parsed.value)) throw usage(`${file} is not a JSON object.`, 'Pass a server.json.', 'NOT_AN_OBJECT');
  return parsed.value;
}

async function capture(cli: Cli, text: string, options: Parameters<typeof loadContract>[2]): Promise<unknown> {
  const { contract, issues, observation } = await loadContract(cli, parseTarget(text), options);
  const [issue] = issues;
  if (issue === undefined) return contract;
  throw new CliFailure({
    code: 'CONTRACT_INCOMPLETE',
    message: `Something was left out of the contract: ${inline(issue.message)} at ${inline(issue.path)}`,
    nextStep: 'Correct the definition, or publish without --contract.',
    details: { issues: issues.slice(0, 100) },
    exitCode: observation === null ? EXIT.usage : EXIT.protocol,
  });
}

/** Publishing starts an inspection by itself; waits until the newest one has finished. Null when time ran out. */
async function awaitInspection(
  plane: ControlPlane,
  id: string,
  timeoutMs: number,
): Promise<CliInspectionFragment | null> {
  return poll(timeoutMs, async () => {
    const { version } = await plane.execute(CliVersionInspectionsDocument, { ref: { byId: id } });
    const newest = version?.inspections[0];
    return newest?.status === 'completed' || newest?.status === 'failed' ? newest : null;
  });
}

function inspectionText(inspection: CliInspectionFragment | null): string {
  if (inspection === null) return '  no inspection has finished yet';
  const { outcome, status, contractDigest } = inspection;
  return `  inspection: ${outcome ?? status}${contractDigest === null ? '' : `, contract ${contractDigest}`}`;
}

function inspectionFailure(inspection: CliInspectionFragment | null): Failure | null {
  if (inspection === null) {
    return failureOf({
      code: 'STILL_RUNNING',
      message: 'The version is published, but its inspection has not finished.',
      nextStep: 'Wait longer with --wait-timeout, or look at rollcall servers show NAME.',
    });
  }
  if (inspection.status === 'failed' || inspection.outcome === null) {
    return failureOf({
      code: 'UNDECIDED',
      message: `The version is published, but the inspection itself failed: ${inspection.detail ?? 'no reason given'}`,
      nextStep: 'Look at the worker, then request another inspection.',
    });
  }
  const parts = observationFailure(inspection.outcome, inspection.detail);
  return parts === null ? null : failureOf(parts);
}
