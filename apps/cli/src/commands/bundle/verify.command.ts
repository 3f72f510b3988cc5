import {
  acceptUpdate,
  type BundleRefusal,
  describeBundle,
  MAX_BYTES,
  parseTrustState,
  type RootPayload,
  type TrustState,
  type Verified,
  verifyRootChain,
} from '@rollcall/bundle';
import { type BundleFiles, readFolder, readLooseFiles } from '../../bundles/bundle-files.js';
import { verifyEd25519 } from '../../bundles/ed25519.js';
import { summaryText } from '../../bundles/summary-text.js';
import type { Cli } from '../../cli.js';
import type { CommandOutcome, CommandSpec, Invocation } from '../../command-spec.js';
import { EXIT } from '../../errors/exit-codes.js';
import { CliFailure, failureOf, usage } from '../../errors/failure.js';
import { writeOutput } from '../../output/output-file.js';
import { bold, green, red } from '../../output/style.js';
import { indent } from '../../output/table.js';
import { readBytes } from '../../target/input-file.js';

/** Verifies an update as a gateway does, offline. */
export const bundleVerifyCommand: CommandSpec = {
  name: 'bundle verify',
  summary: 'verify a signed policy offline, exactly as a gateway does',
  declare: (command) => {
    command
      .argument('[files...]', 'the timestamp and the bundle')
      .option('--dir <dir>', 'a folder that bundle pull wrote, instead of files')
      .requiredOption('--root <file>', 'the root you trust, from a source you trust')
      .requiredOption('--organization <id>', 'whose policy it must be')
      .requiredOption('--environment <name>', 'for which environment it must be')
      .option('--trust <file>', 'remember what was accepted, and refuse anything older; made when missing')
      .option('--at <instant>', 'judge as of this time instead of now');
  },
  examples: ['rollcall bundle verify --dir ./policy --root root.json --organization org_1 --environment production'],
  run: verify,
};

async function verify({ cli, args, options }: Invocation): Promise<CommandOutcome> {
  const audience = {
    organization: options.required('organization', '--organization'),
    environment: options.required('environment', '--environment'),
  };
  const pinned = await readBytes(cli.io, options.required('root', '--root'), MAX_BYTES.root);
  const files = await readFiles(cli, args, options.text('dir'));
  const trustFile = options.text('trust');
  const trust = trustFile === undefined ? null : await readTrust(cli, trustFile);
  const at = options.instant('at', '--at');
  const now = at === undefined ? cli.clock.now() : new Date(at);
  const root = currentRoot(pinned, files.roots, audience.organization);
  if (!root.ok) return refused(root.error);
  const accepted = acceptUpdate({
    root: root.value,
    audience,
    now,
    verify: verifyEd25519,
    trust,
    timestampBytes: files.timestamp,
    bundleBytes: files.bundle,
  });
  if (!accepted.ok) return refused(accepted.error);
  if (trustFile !== undefined) await writeTrust(cli, trustFile, accepted.value.trust);
  const bundle = describeBundle(accepted.value.bundle);
  const text = `${green('✔')} ${bold('accepted')}  signed by keys of root ${root.value.version}\n${indent(summaryText(bundle))}`;
  return { data: { accepted: true, code: null, trust: accepted.value.trust, bundle }, text };
}

async function readFiles(cli: Cli, files: readonly string[], folder: string | undefined): Promise<BundleFiles> {
  if (folder === undefined) return readLooseFiles(cli.io, files);
  if (files.length > 0) throw usage('Files and --dir are two ways to say the same.', 'Pass one of them.');
  return readFolder(cli.io, folder);
}

/** The root that follows from the pinned one through all newer ones at hand. */
function currentRoot(pinned: Uint8Array, roots: BundleFiles['roots'], organization: string): Verified<RootPayload> {
  const options = { organization, verify: verifyEd25519 };
  const start = verifyRootChain(pinned, [], options);
  if (!start.ok) return start;
  const newer = [...roots].filter(([version]) => version > start.value.version).sort(([a], [b]) => a - b);
  return verifyRootChain(
    pinned,
    newer.map(([, bytes]) => bytes),
    options,
  );
}

function refused(error: BundleRefusal): CommandOutcome {
  const { code, message, nextStep } = error;
  return {
    data: { accepted: false, code },
    text: `${red('✖')} ${bold('refused')}  ${code}`,
    failure: failureOf({ code, message, nextStep, exitCode: EXIT.no }),
  };
}

const MAX_TRUST_BYTES = 16 * 1024;

/** What was accepted before. A file that is not there yet is the first contact; a damaged one is refused. */
async function readTrust(cli: Cli, file: string): Promise<TrustState | null> {
  const bytes = await readBytes(cli.io, file, MAX_TRUST_BYTES).catch((error: unknown) => {
    if (error instanceof CliFailure && error.failure.body.code === 'FILE_NOT_FOUND') return null;
    throw error;
  });
  if (bytes === null) return null;
  const parsed = parseTrustState(bytes);
  if (parsed.ok) return parsed.value;
  throw usage(parsed.error.message, 'Restore the file; without it an older policy could be replayed.', 'TRUST_DAMAGED');
}

async function writeTrust(cli: Cli, file: string, trust: TrustState): Promise<void> {
  await writeOutput(cli.io, file, `${JSON.stringify(trust)}\n`, 0o600);
}
