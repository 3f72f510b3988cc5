import { type Contract, type IntakeIssue, readContract, sha256Hex } from '@rollcall/contract';
import { isJsonObject, type JsonValue } from '@rollcall/kernel';
import { isExactVersion, parseManifest } from '@rollcall/manifest';
import type { VersionRef } from '@rollcall/registry';
import { candidateInvalid, gitFactInvalid } from './checks.errors.js';

/** What a pull request would publish. `contract` is ours, or a raw `tools/list` result. */
export type CandidateInput = {
  server: string;
  version?: string | null;
  contract: JsonValue;
  manifest?: JsonValue | null;
};

/** Where a change comes from, as the pipeline tells it: plain text, believed by nobody. */
export type GitFacts = {
  commit?: string | null;
  branch?: string | null;
  author?: string | null;
  pullRequestUrl?: string | null;
  buildUrl?: string | null;
};

/** What a check is asked for with. */
export type CheckRequestInput = {
  version?: VersionRef | null;
  candidate?: CandidateInput | null;
  against?: VersionRef | null;
  /** The newest version that serves an environment; `server` is another one than that of the check. */
  againstEnvironment?: { environment: string; server?: string | null } | null;
  contextId?: string | null;
  git?: GitFacts | null;
};

/** A candidate that was read. The manifest itself is not kept: only what is wrong with it. */
export type Candidate = {
  server: string;
  version: string | null;
  contract: Contract;
  issues: IntakeIssue[];
  manifestProblems: string[] | null;
  manifestSha256: string | null;
};

/** A candidate as its check stores it. */
export type StoredCandidate = Pick<Candidate, 'version' | 'issues' | 'manifestProblems'>;

const SERVER_NAME = /^[A-Za-z0-9.-]{3,200}\/[A-Za-z0-9._-]{1,200}$/;
const VERSION = /^[!-~]{1,255}$/;
const MAX_ISSUES = 100;
const MAX_MESSAGE = 500;

/** True for NAMESPACE/NAME in the alphabet of registry names. */
export const isServerName = (name: string): boolean => SERVER_NAME.test(name);

/** Reads what was handed in, strictly. Refuses what is no candidate at all; what is wrong inside it is the check's to say. */
export function readCandidate(input: CandidateInput): Candidate {
  const read = readContract(JSON.stringify(input.contract));
  if (!read.ok) throw candidateInvalid('contract', printable(`${read.error.message} ${read.error.path}`.trim()));
  const manifest = readManifest(input);
  const version = input.version ?? manifest.version;
  if (version !== null && (!VERSION.test(version) || !isExactVersion(version))) {
    throw candidateInvalid('version', 'it is no exact version.');
  }
  return {
    server: input.server,
    version,
    contract: read.value.contract,
    issues: read.value.issues.slice(0, MAX_ISSUES).map((issue) => ({
      code: printable(issue.code),
      message: printable(issue.message),
      path: printable(issue.path),
    })),
    manifestProblems: manifest.problems,
    manifestSha256: manifest.sha256,
  };
}

function readManifest({ server, version, manifest }: CandidateInput) {
  if (manifest === undefined || manifest === null) return { problems: null, version: null, sha256: null };
  const named = isJsonObject(manifest) ? manifest['version'] : undefined;
  const parsed = parseManifest(manifest);
  const problems = parsed.ok ? [] : parsed.error.map((issue) => printable(`${issue.path}: ${issue.message}`));
  if (parsed.ok && parsed.value.name !== server) {
    throw candidateInvalid('manifest', 'it names another server.');
  }
  if (parsed.ok && version && parsed.value.version !== version) {
    throw candidateInvalid('version', 'the manifest names another version.');
  }
  const usable = parsed.ok && typeof named === 'string' ? named : null;
  return {
    problems: problems.slice(0, MAX_ISSUES),
    version: usable,
    sha256: sha256Hex(JSON.stringify(manifest)),
  };
}

const TEXTS = { commit: 80, branch: 255, author: 200 } as const;
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** The facts that were told, each one plain line within its limit; null when nothing was. */
export function readGitFacts(input: GitFacts | null | undefined): GitFacts | null {
  const facts: GitFacts = {};
  for (const [field, most] of Object.entries(TEXTS) as [keyof typeof TEXTS, number][]) {
    const text = input?.[field]?.trim();
    if (!text) continue;
    if (text.length > most || UNSEEN.test(text)) throw gitFactInvalid(field, `is no plain line of ${most} characters.`);
    facts[field] = text;
  }
  for (const field of ['pullRequestUrl', 'buildUrl'] as const) {
    const text = input?.[field]?.trim();
    if (!text) continue;
    const url = text.length <= 1_000 && !UNSEEN.test(text) && URL.canParse(text) ? new URL(text) : null;
    // it becomes a link that a reviewer clicks
    if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
      throw gitFactInvalid(field, 'is no http(s) URL without a user name.');
    }
    facts[field] = text;
  }
  return Object.keys(facts).length > 0 ? facts : null;
}

/** One line that PostgreSQL can store and a person can read. */
function printable(text: string): string {
  return text.slice(0, MAX_MESSAGE).replace(/[\p{Cc}\p{Cs}]/gu, '\uFFFD');
}
