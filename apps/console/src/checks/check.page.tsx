import { Text, Title } from '@mantine/core';
import { ConsoleCheckPageDocument } from '@rollcall/schema';
import { useEffect } from 'react';
import { Link, useParams } from 'react-router';
import { useQuery } from 'urql';
import { CommandLine } from '../display/command-line.js';
import { TableSkeleton } from '../display/data-table.js';
import { conclusionLook, runLook } from '../display/looks.js';
import { Mark } from '../display/mark.js';
import { MomentText } from '../display/moment-text.js';
import { problemOf } from '../display/problem.js';
import { ProblemPanel } from '../display/problem-panel.js';
import { SafeText } from '../display/safe-text.js';
import { Page } from '../layout/page.js';
import { FindingList } from '../server/finding-list.js';
import { serverAddress } from '../servers/server-address.js';
import { ChangeDecisions } from './change-decisions.js';
import { type CheckEntity, subjectOf, verdictOf } from './check.js';
import { CheckOrigin } from './check-origin.js';

const pollMs = 2_000;

/** "May this change go in?": the verdict first, then what was done, what changed, who relies on it, and who approved. */
export function CheckPage() {
  const { id = '' } = useParams();
  const [answer, ask] = useQuery({ query: ConsoleCheckPageDocument, variables: { id } });
  const { data, error } = answer;
  const check = data?.check ?? undefined;
  const open = check?.status === 'queued' || check?.status === 'running';
  useEffect(() => {
    if (!open) return;
    const timer = window.setInterval(() => ask({ requestPolicy: 'network-only' }), pollMs);
    return () => window.clearInterval(timer);
  }, [open, ask]);

  if (check === undefined) {
    return (
      <Page title="Check" answer={error === undefined ? 'Reading the check…' : 'The check could not be read.'}>
        {error === undefined ? (
          <TableSkeleton rows={6} label="Reading the check" />
        ) : (
          <ProblemPanel problem={problemOf(error)} onRetry={() => ask({ requestPolicy: 'network-only' })} />
        )}
      </Page>
    );
  }
  return (
    <Page
      title={`Check of ${subjectOf(check)}`}
      answer={<SafeText text={verdictOf(check)} />}
      aside={<Mark {...(check.conclusion === null ? runLook(check.status) : conclusionLook(check.conclusion))} />}
    >
      <CheckOrigin check={check} />
      <Steps check={check} />
      {check.changes.length > 0 && <ChangeDecisions check={check} />}
      <FindingList findings={check.findings} />
      <History check={check} />
      <CommandLine words={['checks', 'show', check.id]} />
      <Text size="sm">
        <Link to={`/checks?${new URLSearchParams({ server: check.serverName })}`}>All checks of this server</Link>
        {!check.candidate && (
          <>
            {' · '}
            <Link to={serverAddress(check.serverName, check.version ?? undefined)}>The version</Link>
          </>
        )}
      </Text>
    </Page>
  );
}

function Steps({ check }: { check: CheckEntity }) {
  if (check.steps.length === 0) return null;
  return (
    <section aria-labelledby="steps-heading">
      <Title order={2} size="h4" id="steps-heading" mb="sm">
        Steps
      </Title>
      <ol className="steps" aria-label="Steps">
        {check.steps.map((step) => (
          <li key={step.name}>
            <Mark {...runLook(step.status)} soft />
            <Text span size="sm" className="breakable">
              <code>
                <SafeText text={step.name} />
              </code>{' '}
              <SafeText text={step.message} />
            </Text>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Only worth telling once somebody changed it. */
function History({ check }: { check: CheckEntity }) {
  if (check.conclusions.length < 2) return null;
  return (
    <section aria-labelledby="history-heading">
      <Title order={2} size="h4" id="history-heading" mb="sm">
        What it said before
      </Title>
      <ol className="steps" aria-label="Conclusions, oldest first">
        {check.conclusions.map((entry) => (
          <li key={`${entry.at} ${entry.cause} ${entry.conclusion}`}>
            <Mark {...conclusionLook(entry.conclusion)} soft />
            <Text span size="sm">
              <MomentText at={entry.at} /> by {entry.cause}, <SafeText text={entry.by} />
            </Text>
          </li>
        ))}
      </ol>
    </section>
  );
}
