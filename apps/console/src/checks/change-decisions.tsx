import { Button, Group, Text, Textarea, Title } from '@mantine/core';
import { ConsoleChangeApproveDocument, ConsoleChangeRevokeDocument } from '@rollcall/schema';
import { useState } from 'react';
import { useMutation } from 'urql';
import { type Problem, problemOf } from '../display/problem.js';
import { ProblemPanel } from '../display/problem-panel.js';
import type { CheckEntity } from './check.js';
import { CheckChangeItem } from './check-change.js';

const maxReason = 1_000;

/** Every change of a check. Who may, approves what waits or takes an approval back, with a reason. */
export function ChangeDecisions({ check }: { check: CheckEntity }) {
  const [reason, setReason] = useState('');
  const [approving, approve] = useMutation(ConsoleChangeApproveDocument);
  const [revoking, revoke] = useMutation(ConsoleChangeRevokeDocument);
  const problem =
    problemIn(approving.error, approving.data?.changeApprove.errors) ??
    problemIn(revoking.error, revoking.data?.changeRevoke.errors);
  const busy = approving.fetching || revoking.fetching;
  const said = reason.trim() !== '';
  const decided = () => setReason('');
  const decide = {
    approve: (fingerprints: string[]) =>
      void approve({ input: { check: check.id, fingerprints, reason } }).then(decided),
    revoke: (fingerprints: string[]) => void revoke({ input: { check: check.id, fingerprints, reason } }).then(decided),
  };
  const waiting = check.changes.filter((change) => change.waits).map((change) => change.fingerprint);
  const decidable = check.viewerCanApprove && check.changes.some((change) => change.waits || change.approval !== null);

  return (
    <section aria-labelledby="changes-heading">
      <Title order={2} size="h4" id="changes-heading" mb="sm">
        Changes
      </Title>
      {decidable && (
        <div className="approve-form">
          <Textarea
            label="Reason"
            description="Stays on the record. An approval holds for later pushes of this pull request with the same change, and for no other."
            autosize
            minRows={2}
            maxLength={maxReason}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          {waiting.length > 1 && (
            <Group mt="xs">
              <Button size="xs" disabled={!said} loading={busy} onClick={() => decide.approve([...new Set(waiting)])}>
                Approve all {waiting.length}
              </Button>
            </Group>
          )}
        </div>
      )}
      {!check.viewerCanApprove && check.waiting > 0 && (
        <Text size="sm" c="dimmed">
          A reviewer, or a maintainer of the owning team who did not ask for the check, may approve what waits.
        </Text>
      )}
      {problem !== null && <ProblemPanel problem={problem} />}
      <ul className="changes" aria-label="Changes, worst first">
        {check.changes.map((change) => (
          <CheckChangeItem
            key={change.number}
            change={change}
            {...(check.viewerCanApprove ? { decide, disabled: !said || busy } : {})}
          />
        ))}
      </ul>
    </section>
  );
}

type Refusals = readonly { code: string; message: string; nextStep: string }[];

/** A refusal of the mutation is an answer, not an error of the request. */
function problemIn(error: Parameters<typeof problemOf>[0], refusals: Refusals | undefined): Problem | null {
  if (error !== undefined) return problemOf(error);
  const refusal = refusals?.[0];
  return refusal === undefined ? null : { ...refusal, requestId: null };
}
