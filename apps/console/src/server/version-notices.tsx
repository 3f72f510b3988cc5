import { IconArrowsDiff, IconClockExclamation, IconShieldLock } from '@tabler/icons-react';
import { Link } from 'react-router';
import { absoluteTime } from '../display/moment.js';
import { MomentText } from '../display/moment-text.js';
import { SafeText } from '../display/safe-text.js';
import { serverAddress } from '../servers/server-address.js';
import type { VersionRow } from './server.js';

/** What a caller of this version must know first. */
export function VersionNotices({ version }: { version: VersionRow }) {
  const { deprecation, drift, quarantineReason } = version;
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
      {drift.map((finding) => (
        <p key={finding.id} className="notice" data-tone="bad">
          <IconArrowsDiff size={18} aria-hidden />
          <span>
            <strong>Drift.</strong> What runs{' '}
            {finding.environment === null ? (
              'at the address of its manifest'
            ) : (
              <>
                in <SafeText text={finding.environment} />
              </>
            )}{' '}
            is not what was approved: {driftText(finding)}. Seen since <MomentText at={finding.detectedAt} />;{' '}
            <code>rollcall drift show {finding.id}</code> shows every change.
          </span>
        </p>
      ))}
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

/** What kind of difference it is, and how far it goes. */
function driftText({ kind, sameAs, conclusion, risk }: VersionRow['drift'][number]): string {
  const what = {
    other_version: `it is the contract of ${sameAs ?? 'another version'}`,
    same_version_other_contract: 'the version number is the same, the contract is another',
    unstable: 'it is another contract at each look',
  }[kind];
  return `${what} (${conclusion ?? 'not compared'}${risk === 'none' ? '' : `, risk ${risk}`})`;
}
