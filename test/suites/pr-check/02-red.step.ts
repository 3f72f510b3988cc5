import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { BILLING, type PullRequestStory, WEATHER } from './story.js';

/** The branch asks for an argument that its consumer does not send: the pipeline is red and says who breaks, with proof. */
export function theBranchIsRed(story: PullRequestStory): void {
  it('knows what the agent relies on, because its own repository says so', async () => {
    await story.done('admin', 'agents', 'create', BILLING, '--team', 'payments');
    const grant = ['--agent', BILLING, '--server', WEATHER, '--tool', 'get_forecast', '--environment', 'production'];
    await story.done('owner', 'grants', 'create', ...grant);
    const file = story.file(
      'rollcall.expectations.yaml',
      [
        `agent: ${BILLING}`,
        'servers:',
        `  - server: ${WEATHER}`,
        '    tools:',
        '      get_forecast:',
        '        arguments: [/city]',
        '        outputs: [/celsius]',
        '        examples:',
        '          - arguments: { city: Berlin }',
        '',
      ].join('\n'),
    );
    await story.done('owner', 'expectations', 'publish', file);
  });

  it('is red on the change, with annotations, a summary and reports that other programs read', async () => {
    story.commit('branch', 'Ask for units');
    const reports = [
      'github-actions=-',
      'sarif=out.sarif',
      'junit=out.xml',
      'markdown=out.md',
      'gitlab-code-quality=out.json',
    ];
    const done = await story.pipeline(
      7,
      'check',
      './contract.json',
      '--server',
      WEATHER,
      ...against,
      ...flags(reports),
    );
    expect([done.code, done.stderr.split('\n')[0]]).toEqual([
      1,
      expect.stringMatching(/^check chk_\w+ {2}http.*\/checks\/chk_/),
    ]);
    expect(done.stdout).toMatch(/^::error file=contract\.json.*INPUT_REQUIRED_ADDED/m);
    expect(story.summary(7)).toContain('INPUT&#95;REQUIRED&#95;ADDED');
    const read = (name: string) => readFileSync(path.join(story.repository, name), 'utf8');
    const sarif = JSON.parse(read('out.sarif')) as { runs: { results: { ruleId: string }[] }[] };
    expect(sarif.runs[0]?.results.map(({ ruleId }) => ruleId)).toContain('INPUT_REQUIRED_ADDED');
    expect(read('out.xml')).toContain('INPUT_REQUIRED_ADDED');
    expect(JSON.parse(read('out.json'))).toContainEqual(
      expect.objectContaining({ check_name: 'INPUT_REQUIRED_ADDED' }),
    );
    expect(read('out.md')).toContain(BILLING);
  });

  it('names the consumer that breaks, the proof, and where to approve', async () => {
    const done = await story.pipeline(7, 'check', './contract.json', '--server', WEATHER, ...against);
    expect(done.stdout.split('\n')[0]).toMatch(
      /^✖ Blocked {2}com\.acme\.payments\/weather against production \(1\.0\.0\)/,
    );
    expect(done.stdout).toContain(BILLING);
    expect(done.stdout).toContain('witness: {"city"');
    expect(done.stdout).toMatch(/Approve {2}rollcall checks approve chk_\w+ --change 1/);
  });
}

/** Compares with what production serves. */
export const against = ['--against', 'env:production'];

function flags(reports: readonly string[]): string[] {
  return reports.flatMap((report) => ['--report', report]);
}
