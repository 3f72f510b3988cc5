import { MAX_CONTRACT_BYTES, MAX_DEPTH, parseStrict } from '@rollcall/contract';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import type { CheckCandidateInput, CheckRequestInput } from '@rollcall/schema';
import type { Cli } from '../cli.js';
import type { CommandOptions } from '../command-options.js';
import type { ControlPlane } from '../connection/control-plane.js';
import { EXIT } from '../errors/exit-codes.js';
import { CliFailure, usage } from '../errors/failure.js';
import { inline } from '../output/style.js';
import { readText } from '../target/input-file.js';
import { loadContract } from '../target/load-contract.js';
import { isManifest } from '../target/manifest-remote.js';
import { parseTarget, parseVersionName, type Target, type VersionName } from '../target/parse-target.js';
import { liveVersion } from '../target/registry-contract.js';
import { targetOptions } from '../target/target-options.js';

/** What a check is about, and how people call it. */
export type CheckedTarget = {
  input: Pick<CheckRequestInput, 'version' | 'candidate'>;
  server: string;
  name: string;
  target: Target;
};

/** NAME@VERSION with or without `registry:`; anything else is a target of the common grammar. */
const PUBLISHED = /^[A-Za-z0-9][A-Za-z0-9.-]*\/[^\s@/]+@[^\s@/]+$/;

/** Reads what is to be checked: a published version, or the contract of what a pull request would publish. */
export function parseChecked(text: string, rest: readonly string[]): Target {
  if (rest.length === 0 && PUBLISHED.test(text)) return parseTarget(`registry:${text}`);
  return parseTarget(text, rest);
}

/** Captures what a target needs: nothing for a published version, a contract for everything else. */
export async function checkedTarget(
  cli: Cli,
  plane: ControlPlane,
  { target, options }: { target: Target; options: CommandOptions },
): Promise<CheckedTarget> {
  if (target.kind === 'registry') return published(target, target);
  if (target.kind === 'environment') return published(await liveVersion(plane, target), target);
  const manifest = await manifestOf(cli, target, options);
  const server = options.text('server') ?? nameIn(manifest);
  if (server === undefined) {
    throw usage(
      'The target does not say which server it is.',
      'Add --server NAMESPACE/NAME or --manifest server.json.',
    );
  }
  const contract = await capture(cli, target, options);
  const candidate: CheckCandidateInput = { server, contract };
  const version = options.text('version');
  if (version !== undefined) candidate.version = version;
  if (manifest !== null) candidate.manifest = manifest;
  const number = version ?? (manifest ? String(manifest['version']) : undefined);
  return { input: { candidate }, server, name: number === undefined ? server : `${server} ${number}`, target };
}

/** What to compare with: NAME@VERSION, a version of the same server, or what serves an environment. */
export function againstInput(text: string, server: string): Pick<CheckRequestInput, 'against' | 'againstEnvironment'> {
  const ref = text.startsWith('registry:') ? text.slice('registry:'.length) : text;
  const place = /^(?:(?<other>[^@\s]+)@)?env:(?<environment>[^@\s]+)$/.exec(ref)?.groups;
  if (place !== undefined) {
    const { environment = '', other } = place;
    return {
      againstEnvironment: other === undefined || other === server ? { environment } : { environment, server: other },
    };
  }
  if (ref.includes('@')) return { against: { byName: parseVersionName(ref) } };
  if (ref === '' || /[\s/\\]/.test(ref)) {
    throw usage(
      `"${text}" is nothing that a recorded check compares with.`,
      'Pass NAME@VERSION, a version of the same server, or env:ENVIRONMENT; rollcall diff compares files.',
    );
  }
  return { against: { byName: { server, version: ref } } };
}

function published(version: VersionName, target: Target): CheckedTarget {
  const { server, version: number } = version;
  return { input: { version: { byName: { server, version: number } } }, server, name: `${server} ${number}`, target };
}

async function manifestOf(cli: Cli, target: Target, options: CommandOptions): Promise<JsonObject | null> {
  const named = options.text('manifest');
  if (named !== undefined) {
    const document = await readJson(cli, named);
    if (isJsonObject(document)) return document;
    throw usage(`${named} is no server.json.`, 'Pass the manifest of the server.', 'NOT_AN_OBJECT');
  }
  if (target.kind !== 'file') return null;
  const document = await readJson(cli, target.path);
  return isManifest(document) ? document : null;
}

async function readJson(cli: Cli, file: string): Promise<JsonValue> {
  const parsed = parseStrict(await readText(cli.io, file, MAX_CONTRACT_BYTES), {
    maxBytes: MAX_CONTRACT_BYTES,
    maxDepth: MAX_DEPTH + 8,
  });
  if (parsed.ok) return parsed.value;
  throw usage(`${file} is not acceptable JSON: ${parsed.error.message}`, 'Correct the file.', parsed.error.code);
}

function nameIn(manifest: JsonObject | null): string | undefined {
  const name = manifest?.['name'];
  return typeof name === 'string' ? name : undefined;
}

/** A contract from which something was left out is not what would be published. */
async function capture(cli: Cli, target: Target, options: CommandOptions): Promise<unknown> {
  const { contract, issues, observation } = await loadContract(cli, target, targetOptions(options));
  const [issue] = issues;
  if (issue === undefined) return contract;
  throw new CliFailure({
    code: 'CONTRACT_INCOMPLETE',
    message: `Something was left out of the contract: ${inline(issue.message)} at ${inline(issue.path)}`,
    nextStep: 'Correct the definition, then check again.',
    details: { issues: issues.slice(0, 100) },
    exitCode: observation === null ? EXIT.usage : EXIT.protocol,
  });
}
