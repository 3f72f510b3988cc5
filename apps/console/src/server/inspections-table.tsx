import { Text } from '@mantine/core';
import { type Column, DataTable } from '../display/data-table.js';
import { DigestText } from '../display/digest-text.js';
import { Disclosure } from '../display/disclosure.js';
import { isEmptyJson } from '../display/json-shape.js';
import { JsonView } from '../display/json-view.js';
import { outcomeLook, runLook } from '../display/looks.js';
import { Mark } from '../display/mark.js';
import { MomentText } from '../display/moment-text.js';
import { SafeText } from '../display/safe-text.js';
import type { InspectionRow } from './server.js';

const columns: readonly Column<InspectionRow>[] = [
  {
    label: 'Outcome',
    cell: (inspection) => (
      <div>
        <Mark {...(inspection.outcome === null ? runLook(inspection.status) : outcomeLook(inspection.outcome))} soft />
        {inspection.detail !== null && (
          <Text size="sm" c="dimmed">
            <SafeText text={inspection.detail} />
          </Text>
        )}
        {!isEmptyJson(inspection.issues) && (
          <Disclosure summary="Issues">
            <JsonView value={inspection.issues} label="Issues of this inspection" />
          </Disclosure>
        )}
      </div>
    ),
  },
  {
    label: 'Protocol',
    cell: (inspection) => {
      const facts = [inspection.protocolVersion, inspection.era, inspection.transport].filter((fact) => fact !== null);
      return facts.length === 0 ? '–' : <SafeText text={facts.join(' · ')} />;
    },
  },
  {
    label: 'Environment',
    cell: (inspection) => (inspection.environment === null ? '–' : <SafeText text={inspection.environment} />),
  },
  {
    label: 'Without sign-in',
    cell: (inspection) => {
      if (inspection.unauthenticatedAccessRefused === null) return 'not tried';
      return inspection.unauthenticatedAccessRefused ? 'refused' : <strong>allowed</strong>;
    },
  },
  {
    label: 'Contract',
    cell: (inspection) =>
      inspection.contractDigest === null ? (
        '–'
      ) : (
        <DigestText digest={inspection.contractDigest} what="observed digest" />
      ),
  },
  {
    label: 'When',
    cell: (inspection) => (
      <>
        <MomentText at={inspection.finishedAt ?? inspection.requestedAt} />
        {inspection.latencyMs !== null && (
          <Text size="sm" c="dimmed">
            {inspection.latencyMs} ms
          </Text>
        )}
      </>
    ),
  },
];

export function InspectionsTable({ inspections }: { inspections: readonly InspectionRow[] }) {
  return <DataTable caption="Inspections, newest first" columns={columns} rows={inspections} keyOf={(row) => row.id} />;
}
