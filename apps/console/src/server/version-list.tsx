import { Text, Title } from '@mantine/core';
import { Link, useSearchParams } from 'react-router';
import { MomentText } from '../display/moment-text.js';
import { SafeText } from '../display/safe-text.js';
import { StateMark } from '../display/state-mark.js';
import type { ServerEntity, VersionRow } from './server.js';

/** All versions, newest first; the tab stays when another version is chosen. */
export function VersionList({ server, selected }: { server: ServerEntity; selected: string | null }) {
  const [params] = useSearchParams();
  const addressOf = (version: string) => {
    const next = new URLSearchParams(params);
    next.set('version', version);
    next.delete('tool');
    return { search: `?${next}` };
  };
  return (
    <nav aria-label="Versions" className="versions">
      <Title order={2} size="h4">
        Versions
      </Title>
      {server.versions.length === 100 && (
        <Text size="sm" c="dimmed">
          The newest 100 are shown.
        </Text>
      )}
      <ul>
        {server.versions.map((version) => (
          <li key={version.id}>
            <Link
              to={addressOf(version.version)}
              className="version"
              aria-current={version.version === selected ? 'true' : undefined}
              replace
            >
              <VersionCard version={version} />
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function VersionCard({ version }: { version: VersionRow }) {
  return (
    <>
      <span className="version-line">
        <code className="version-number">
          <SafeText text={version.version} />
        </code>
        {version.isLatest && <span className="latest">latest</span>}
      </span>
      <StateMark state={version.state} quarantineReason={version.quarantineReason} />
      <Text span size="sm" c="dimmed">
        published <MomentText at={version.publishedAt} /> by <SafeText text={version.publisher.handle} />
      </Text>
      {version.deprecation !== null && (
        <Text span size="sm" c="dimmed">
          sunset <MomentText at={version.deprecation.sunsetAt} />
        </Text>
      )}
    </>
  );
}
