import { CliPolicyDryRunDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { EXIT } from '../../errors/exit-codes.js';
import { green, inline, red } from '../../output/style.js';
import { table } from '../../output/table.js';
import { readPolicyFile } from './policy-file.js';

/** What a document would mean, before anybody decides. */
export const policyDryRunCommand: CommandSpec = {
  name: 'policy dry-run',
  summary: 'which versions a policy document would not let through; nothing is stored',
  declare: (command) => {
    command.argument('<file>', 'policy.json: the whole document');
  },
  connects: 'account',
  run: async ({ cli, args: [file = ''] }) => {
    const document = await readPolicyFile(cli, file);
    const plane = await cli.controlPlane();
    const { policyDryRun: report } = await plane.execute(CliPolicyDryRunDocument, { document });
    if (report.violationCount === 0) {
      return { data: report, text: `${green('✔')} none of ${report.versions} versions would violate this` };
    }
    const rows = report.violations.map(({ server, version, rule, message }) =>
      [`${server} ${version}`, rule, message].map((cell) => inline(cell)),
    );
    const servers = report.violatingServers === 1 ? '1 server' : `${report.violatingServers} servers`;
    const more = report.truncated ? [`... and ${report.violationCount - rows.length} more`] : [];
    const text = [`${red('✖')} ${servers} would violate this`, table(rows), ...more].join('\n');
    return { data: report, text, exitCode: EXIT.no };
  },
};
