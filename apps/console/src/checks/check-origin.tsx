import { Text } from '@mantine/core';
import { MomentText } from '../display/moment-text.js';
import { SafeText } from '../display/safe-text.js';
import type { CheckEntity } from './check.js';

/** Where the change comes from, as its pipeline told it: text, and links only to web addresses. */
export function CheckOrigin({ check }: { check: CheckEntity }) {
  const { git, contextId, requestedByHandle } = check;
  const facts = [
    { label: 'Context', text: contextId },
    { label: 'Commit', text: git?.commit ?? null },
    { label: 'Branch', text: git?.branch ?? null },
    { label: 'Author', text: git?.author ?? null },
    { label: 'Asked by', text: requestedByHandle },
  ].filter((fact) => fact.text !== null);
  return (
    <div>
      <Text size="sm" c="dimmed" className="breakable">
        {check.candidate ? 'A candidate: nothing is published yet. ' : ''}
        Asked for <MomentText at={check.requestedAt} />
        {facts.map((fact) => (
          <span key={fact.label}>
            {' · '}
            {fact.label}{' '}
            <code>
              <SafeText text={fact.text ?? ''} />
            </code>
          </span>
        ))}
      </Text>
      <Text size="sm">
        <OutsideLink href={git?.pullRequestUrl ?? null} label="Pull request" />{' '}
        <OutsideLink href={git?.buildUrl ?? null} label="Pipeline" />
      </Text>
    </div>
  );
}

function OutsideLink({ href, label }: { href: string | null; label: string }) {
  if (href === null || !/^https?:\/\//i.test(href)) return null;
  return (
    <a href={href} rel="noreferrer noopener" target="_blank">
      {label}
    </a>
  );
}
