import { Text } from '@mantine/core';
import type { ConsoleServersQuery } from '@rollcall/schema';
import { Link } from 'react-router';
import { type Column, DataTable } from '../display/data-table.js';
import { SafeText } from '../display/safe-text.js';
import { StateMark } from '../display/state-mark.js';
import { HealthText } from './health-text.js';
import { serverAddress } from './server-address.js';

type ServerRow = ConsoleServersQuery['servers']['edges'][number]['node'];

const columns: readonly Column<ServerRow>[] = [
  {
    label: 'Server',
    cell: (server) => (
      <div className="server-cell">
        <Link to={serverAddress(server.name)} className="strong-link">
          <SafeText text={server.name} />
        </Link>
        <Text size="sm" c="dimmed" lineClamp={2}>
          <code>
            <SafeText text={server.alias} />
          </code>{' '}
          · <SafeText text={server.title ?? server.description} />
        </Text>
      </div>
    ),
  },
  { label: 'Owner', cell: (server) => <SafeText text={server.team.name} /> },
  {
    label: 'State',
    cell: (server) =>
      server.latestVersion === null ? (
        <Text c="dimmed">no version</Text>
      ) : (
        <StateMark state={server.latestVersion.state} quarantineReason={server.latestVersion.quarantineReason} />
      ),
  },
  {
    label: 'Latest',
    cell: (server) =>
      server.latestVersion === null ? (
        '–'
      ) : (
        <code className="version-number">
          <SafeText text={server.latestVersion.version} />
        </code>
      ),
  },
  { label: 'Health', cell: (server) => <HealthText health={server.health} /> },
];

export function ServersTable({ servers }: { servers: readonly ServerRow[] }) {
  return <DataTable caption="Servers" columns={columns} rows={servers} keyOf={(server) => server.id} />;
}
