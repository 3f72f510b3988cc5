import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type RunningMcpServer, startMcpServer, type TestTool } from '@rollcall/testing';
import { type Finished, runToEnd } from '../child-processes.js';
import { ServedInstallation } from '../served-installation.js';

/** The server whose repository gets a pull request. */
export const WEATHER = 'com.acme.payments/weather';
/** The agent that relies on it. */
export const BILLING = 'billing-agent';

const forecast = (required: string[]): TestTool => ({
  name: 'get_forecast',
  description: 'Returns the weather of the next days for one city. Use it before a delivery is planned.',
  inputSchema: {
    type: 'object',
    properties: {
      city: { type: 'string', description: 'Name of the city.', maxLength: 100 },
      units: { type: 'string', enum: ['metric', 'imperial'], description: 'How temperatures are given.' },
    },
    required,
    additionalProperties: false,
  },
  outputSchema: {
    type: 'object',
    properties: { celsius: { type: 'number', description: 'Mean temperature.' } },
    required: ['celsius'],
    additionalProperties: false,
  },
  annotations: { readOnlyHint: true },
});

/** What is served, and what the branch makes of it. */
export const TOOLS = {
  main: [forecast(['city'])],
  branch: [forecast(['city', 'units'])],
  wider: [{ ...forecast(['city', 'units']), outputSchema: { type: 'object', properties: {}, required: [] } }],
};

/** A version that is active and relied on, and a git repository with a branch that would break it. */
export class PullRequestStory extends ServedInstallation {
  readonly repository = path.join(this.dir, 'repository');
  private server: RunningMcpServer | undefined;

  override async start(): Promise<void> {
    this.server = await startMcpServer({ tools: TOOLS.main });
    await super.start();
    await this.active(WEATHER, '1.0.0', this.server.url);
    mkdirSync(this.repository);
    this.git('init', '--quiet', '--initial-branch', 'main');
    this.commit('main', 'The contract that is served');
    this.git('checkout', '--quiet', '-b', 'units');
  }

  override async stop(): Promise<void> {
    await super.stop();
    await this.server?.close();
  }

  /** Writes the contract as a plain tools/list result and commits it on the branch that is checked out. */
  commit(which: keyof typeof TOOLS, message: string): void {
    const tools = TOOLS[which].map(({ handler: _, ...tool }) => tool);
    writeFileSync(path.join(this.repository, 'contract.json'), `${JSON.stringify({ tools }, null, 2)}\n`);
    this.git('add', 'contract.json');
    this.git('-c', 'user.name=Olivia', '-c', 'user.email=olivia@acme.example', 'commit', '--quiet', '-m', message);
  }

  /** Runs the CLI in the repository as GitHub Actions would, for a pull request. */
  pipeline(pullRequest: number, ...args: string[]): Promise<Finished> {
    const env = {
      XDG_CONFIG_HOME: this.dir,
      ROLLCALL_URL: this.apiUrl,
      ROLLCALL_TOKEN: this.tokens['ci'] ?? '',
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_SERVER_URL: 'https://github.example.com',
      GITHUB_REPOSITORY: 'acme/weather',
      GITHUB_REF: `refs/pull/${pullRequest}/merge`,
      GITHUB_HEAD_REF: 'units',
      GITHUB_ACTOR: 'olivia',
      GITHUB_RUN_ID: '4711',
      GITHUB_STEP_SUMMARY: path.join(this.dir, `summary-${pullRequest}.md`),
    };
    return runToEnd('apps/cli/bin/rollcall.mjs', args, env, this.repository);
  }

  /** What the step summary of a pull request's pipeline says. */
  summary(pullRequest: number): string {
    return readFileSync(path.join(this.dir, `summary-${pullRequest}.md`), 'utf8');
  }

  private git(...args: string[]): void {
    execFileSync('git', args, { cwd: this.repository, stdio: 'pipe' });
  }
}
