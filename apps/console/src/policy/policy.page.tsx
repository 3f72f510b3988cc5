import { Text, Title } from '@mantine/core';
import { ConsolePolicyDocument, type ConsolePolicyQuery } from '@rollcall/schema';
import { useQuery } from 'urql';
import { CommandLine } from '../display/command-line.js';
import { type Column, DataTable, TableSkeleton } from '../display/data-table.js';
import { Disclosure } from '../display/disclosure.js';
import { EmptyState } from '../display/empty-state.js';
import { JsonView } from '../display/json-view.js';
import { MomentText } from '../display/moment-text.js';
import { problemOf } from '../display/problem.js';
import { ProblemPanel } from '../display/problem-panel.js';
import { SafeText } from '../display/safe-text.js';
import { Page } from '../layout/page.js';
import { type PolicyField, policyFields } from './policy-fields.js';

type Policy = ConsolePolicyQuery['policy'];
type Revision = ConsolePolicyQuery['policyRevisions']['edges'][number]['node'];

const fieldColumns: readonly Column<PolicyField>[] = [
  { label: 'Field', cell: (field) => <code className="breakable">{field.name}</code> },
  {
    label: 'In force',
    cell: (field) => (
      <code className="breakable">
        <SafeText text={field.value} />
      </code>
    ),
  },
  {
    label: 'Decided by',
    cell: (field) => (field.isDecided ? 'the document' : <span className="quiet">the default</span>),
  },
];

const revisionColumns: readonly Column<Revision>[] = [
  { label: 'Revision', cell: (revision) => <code>{revision.revision}</code> },
  { label: 'When', cell: (revision) => <MomentText at={revision.createdAt} /> },
  {
    label: 'Who',
    cell: (revision) => (
      <strong className="breakable">
        <SafeText text={revision.authorHandle} />
      </strong>
    ),
  },
  {
    label: 'Why',
    cell: (revision) => (
      <span className="breakable">
        <SafeText text={revision.reason} />
      </span>
    ),
  },
];

/** "What has the organization decided?": read only; it is set by command, with a reason. */
export function PolicyPage() {
  const [answer, ask] = useQuery({ query: ConsolePolicyDocument });
  const { data, error } = answer;
  if (data === undefined) {
    return (
      <Page title="Policy" answer={error === undefined ? 'Reading the policy…' : 'The policy could not be read.'}>
        {error === undefined ? (
          <TableSkeleton rows={8} label="Reading the policy" />
        ) : (
          <ProblemPanel problem={problemOf(error)} onRetry={() => ask({ requestPolicy: 'network-only' })} />
        )}
      </Page>
    );
  }
  const revisions = data.policyRevisions.edges.map((edge) => edge.node);
  return (
    <Page title="Policy" answer={<Answer policy={data.policy} newest={revisions[0]} />}>
      <DataTable
        caption="Fields of the policy"
        columns={fieldColumns}
        rows={policyFields(data.policy)}
        keyOf={(field) => field.name}
      />
      <Disclosure summary="The document as it was written">
        <JsonView value={data.policy.document} label="Policy document" />
      </Disclosure>
      <section aria-labelledby="revisions-heading">
        <Title order={2} size="h4" id="revisions-heading" mb="sm">
          Revisions
        </Title>
        {revisions.length === 0 ? (
          <EmptyState title="No revision yet">
            <p>Every change is kept here, with its author and reason.</p>
          </EmptyState>
        ) : (
          <DataTable
            caption="Revisions, newest first"
            columns={revisionColumns}
            rows={revisions}
            keyOf={(revision) => String(revision.revision)}
          />
        )}
      </section>
      <div>
        <Text size="sm" c="dimmed">
          To change it, edit the document, see what it would not let through, and set it with a reason:
        </Text>
        <CommandLine words={['policy', 'dry-run', 'policy.json']} />
      </div>
    </Page>
  );
}

function Answer({ policy, newest }: { policy: Policy; newest: Revision | undefined }) {
  if (policy.revision === 0 || newest === undefined)
    return <>Nobody has decided anything: the defaults are in force.</>;
  return (
    <>
      Revision {policy.revision} is in force, set <MomentText at={newest.createdAt} /> by{' '}
      <SafeText text={newest.authorHandle} />.
    </>
  );
}
