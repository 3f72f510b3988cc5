import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Env as Environment } from '@rollcall/config';
import { isJsonObject } from '@rollcall/kernel';
import type { GitFactsInput } from '@rollcall/schema';
import type { Command } from 'commander';
import type { CommandOptions } from '../command-options.js';
import type { Io } from '../io.js';

const FIELDS = ['commit', 'branch', 'author', 'pullRequestUrl', 'buildUrl'] as const;
const MAX_EVENT_BYTES = 4 * 1024 * 1024;
const GIT_TIMEOUT_MS = 2_000;
const MOST: Record<(typeof FIELDS)[number], number> = {
  commit: 80,
  branch: 255,
  author: 200,
  pullRequestUrl: 1_000,
  buildUrl: 1_000,
};

/** The options that say where a change comes from. */
export function declareGitFacts(command: Command): void {
  command
    .option('--commit <sha>', 'the commit; found out under GitHub Actions, GitLab CI and in a git repository')
    .option('--branch <name>', 'the branch; found out likewise')
    .option('--author <name>', 'whose change it is; found out likewise')
    .option('--pr <url>', 'the pull or merge request; found out under GitHub Actions and GitLab CI')
    .option('--build-url <url>', 'the pipeline; found out likewise')
    .option('--no-git', 'tell nothing about where the change comes from');
}

/** What was said wins over what the CI system says, which wins over what the repository says. */
export async function gitFacts(io: Io, options: CommandOptions): Promise<GitFactsInput | null> {
  if (options.negated('git')) return null;
  const said: GitFactsInput = {
    commit: options.text('commit') ?? null,
    branch: options.text('branch') ?? null,
    author: options.text('author') ?? null,
    pullRequestUrl: options.text('pr') ?? null,
    buildUrl: options.text('buildUrl') ?? null,
  };
  const pipeline = (await ofGithub(io.env)) ?? ofGitlab(io.env);
  const found = pipeline ?? (await ofRepository(io));
  const facts: GitFactsInput = {};
  for (const field of FIELDS) {
    // what somebody typed is sent as it is and judged there; what was found out must not fail a check
    const value = said[field] ?? plain(found[field], MOST[field]);
    if (value) facts[field] = value;
  }
  return Object.keys(facts).length > 0 ? facts : null;
}

/** https://docs.github.com/actions/reference/workflows-and-actions/variables */
async function ofGithub(env: Environment): Promise<GitFactsInput | null> {
  if (env['GITHUB_ACTIONS'] !== 'true') return null;
  const base = `${env['GITHUB_SERVER_URL']}/${env['GITHUB_REPOSITORY']}`;
  const pull = /^refs\/pull\/(\d{1,10})\//.exec(env['GITHUB_REF'] ?? '')?.[1];
  return {
    // under a pull request the variable names a merge that nobody has ever seen
    commit: (pull && (await headOfPullRequest(env['GITHUB_EVENT_PATH']))) || (env['GITHUB_SHA'] ?? null),
    branch: env['GITHUB_HEAD_REF'] || (env['GITHUB_REF_NAME'] ?? null),
    author: env['GITHUB_ACTOR'] ?? null,
    pullRequestUrl: pull ? `${base}/pull/${pull}` : null,
    buildUrl: env['GITHUB_RUN_ID'] ? `${base}/actions/runs/${env['GITHUB_RUN_ID']}` : null,
  };
}

async function headOfPullRequest(file: string | undefined): Promise<string | null> {
  if (!file) return null;
  try {
    if ((await stat(file)).size > MAX_EVENT_BYTES) return null;
    const event: unknown = JSON.parse(await readFile(file, 'utf8'));
    const pull = isJsonObject(event) ? event['pull_request'] : null;
    const head = isJsonObject(pull) ? pull['head'] : null;
    const sha = isJsonObject(head) ? head['sha'] : null;
    return typeof sha === 'string' ? sha : null;
  } catch {
    // a runner that wrote no readable event tells less, and that is all
    return null;
  }
}

/** https://docs.gitlab.com/ci/variables/predefined_variables */
function ofGitlab(env: Environment): GitFactsInput | null {
  if (env['GITLAB_CI'] !== 'true') return null;
  const { CI_MERGE_REQUEST_PROJECT_URL: project, CI_MERGE_REQUEST_IID: request } = env;
  return {
    commit: env['CI_COMMIT_SHA'] ?? null,
    branch: env['CI_MERGE_REQUEST_SOURCE_BRANCH_NAME'] ?? env['CI_COMMIT_REF_NAME'] ?? null,
    author: env['CI_COMMIT_AUTHOR'] ?? env['GITLAB_USER_LOGIN'] ?? null,
    pullRequestUrl: project && request ? `${project}/-/merge_requests/${request}` : null,
    buildUrl: env['CI_PIPELINE_URL'] ?? null,
  };
}

async function ofRepository({ cwd, env }: Io): Promise<GitFactsInput> {
  const commit = await git(cwd, env, ['rev-parse', 'HEAD']);
  if (commit === null) return {};
  const branch = await git(cwd, env, ['rev-parse', '--abbrev-ref', 'HEAD']);
  return {
    commit,
    branch: branch === 'HEAD' ? null : branch,
    author: await git(cwd, env, ['log', '-1', '--no-show-signature', '--format=%an']),
  };
}

/** Null when there is no git, no repository, or no answer in time. */
async function git(cwd: string, env: Environment, args: readonly string[]): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('git', [...args], {
      cwd,
      env: { PATH: env['PATH'], HOME: env['HOME'], GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0' },
      timeout: GIT_TIMEOUT_MS,
      maxBuffer: 64 * 1024,
      windowsHide: true,
    });
    return stdout.trim() || null;
  } catch {
    // whatever git says against it: the check does not depend on it
    return null;
  }
}

function plain(text: string | null | undefined, most: number): string | null {
  const line = text?.trim() ?? '';
  return line === '' || line.length > most || /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(line) ? null : line;
}
