import { ConsoleTransfersDocument } from '@rollcall/schema';
import { IconArrowsExchange, IconSignRight } from '@tabler/icons-react';
import { Link } from 'react-router';
import { useQuery } from 'urql';
import { MomentText } from '../display/moment-text.js';
import { SafeText } from '../display/safe-text.js';
import { serverAddress } from '../servers/server-address.js';
import type { ServerEntity } from './server.js';

/** Whether the server goes on under another name, or is about to change its owner. */
export function ServerMoves({ server }: { server: ServerEntity }) {
  // who may not read transfers sees none
  const [answer] = useQuery({ query: ConsoleTransfersDocument });
  const pending = answer.data?.serverTransfers.edges.find((edge) => edge.node.serverName === server.name)?.node;
  return (
    <>
      {server.renamedTo !== null && (
        <p className="notice" data-tone="warn">
          <IconSignRight size={18} aria-hidden />
          <span>
            <strong>Renamed.</strong> It goes on as{' '}
            <Link to={serverAddress(server.renamedTo.name)}>
              <SafeText text={server.renamedTo.name} />
            </Link>
            .
          </span>
        </p>
      )}
      {pending !== undefined && (
        <p className="notice" data-tone="info">
          <IconArrowsExchange size={18} aria-hidden />
          <span>
            <strong>Transfer waits.</strong> <SafeText text={pending.requestedByHandle} /> offered it to{' '}
            <SafeText text={pending.toTeam.name} /> <MomentText at={pending.requestedAt} />.{' '}
            <SafeText text={pending.reason} />
          </span>
        </p>
      )}
    </>
  );
}
