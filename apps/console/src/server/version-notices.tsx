import { IconClockExclamation, IconShieldLock } from '@tabler/icons-react';
import { Link } from 'react-router';
import { absoluteTime } from '../display/moment.js';
import { MomentText } from '../display/moment-text.js';
import { SafeText } from '../display/safe-text.js';
import { serverAddress } from '../servers/server-address.js';
import type { VersionRow } from './server.js';

/** What a caller of this version must know first. */
export function VersionNotices({ version }: { version: VersionRow }) {
  const { deprecation, quarantineReason } = version;
  return (
    <>
      {quarantineReason !== null && (
        <p className="notice" data-tone="bad">
          <IconShieldLock size={18} aria-hidden />
          <span>
            <strong>Quarantined.</strong> <SafeText text={quarantineReason} />
          </span>
        </p>
      )}
      {deprecation !== null && (
        <p className="notice" data-tone="warn">
          <IconClockExclamation size={18} aria-hidden />
          <span>
            <strong>Deprecated.</strong> Sunset <MomentText at={deprecation.sunsetAt} /> (
            {absoluteTime(deprecation.sunsetAt)}).{' '}
            {deprecation.successor === null ? (
              'Nothing replaces it.'
            ) : (
              <>
                Use{' '}
                <Link to={serverAddress(deprecation.successor.server, deprecation.successor.version)}>
                  <SafeText text={`${deprecation.successor.server}@${deprecation.successor.version}`} />
                </Link>{' '}
                instead.
              </>
            )}{' '}
            <SafeText text={deprecation.message} />
          </span>
        </p>
      )}
    </>
  );
}
