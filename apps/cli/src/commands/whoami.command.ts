import { CliViewerDocument } from '@rollcall/schema';
import type { CommandSpec } from '../command-spec.js';
import { bold, dim, inline } from '../output/style.js';
import { indent, table } from '../output/table.js';

/** Says who the control plane takes you for. */
export const whoamiCommand: CommandSpec = {
  name: 'whoami',
  summary: 'who the control plane takes you for, and your roles',
  connects: 'account',
  run: async ({ cli }) => {
    const plane = await cli.controlPlane();
    const { viewer } = await plane.execute(CliViewerDocument, {});
    const teams = viewer.memberships.map(({ team, role }) => `${team.slug} (${role})`).join(', ');
    const rows = [
      [dim('organization'), `${inline(viewer.organization.name)}  ${dim(viewer.organization.id)}`],
      [dim('roles'), viewer.roles.join(', ') || 'none'],
      [dim('teams'), teams || 'none'],
      [dim('at'), plane.settings.url],
    ];
    const name = `${bold(inline(viewer.principal.handle))}  ${inline(viewer.principal.displayName)}  ${dim(viewer.principal.kind)}`;
    return { data: { url: plane.settings.url, viewer }, text: `${name}\n${indent(table(rows))}` };
  },
};
