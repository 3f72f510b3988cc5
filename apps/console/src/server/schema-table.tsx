import { Text } from '@mantine/core';
import { type Column, DataTable } from '../display/data-table.js';
import { SafeText } from '../display/safe-text.js';
import { type SchemaRow, schemaRows } from './schema-rows.js';

const columns: readonly Column<SchemaRow>[] = [
  {
    label: 'Field',
    cell: (row) => (
      <code className="breakable">
        <SafeText text={row.path} />
      </code>
    ),
  },
  {
    label: 'Type',
    cell: (row) => (
      <code className="breakable">
        <SafeText text={row.type} />
      </code>
    ),
  },
  { label: 'Required', cell: (row) => (row.required ? <strong>required</strong> : 'optional') },
  {
    label: 'Meaning',
    cell: (row) => (
      <div>
        {row.description !== null && <SafeText text={row.description} />}
        {row.constraints.length > 0 && (
          <Text size="sm" c="dimmed">
            <SafeText text={row.constraints.join(' · ')} />
          </Text>
        )}
        {row.description === null && row.constraints.length === 0 && '–'}
      </div>
    ),
  },
];

type SchemaTableProps = { schema: unknown; caption: string; empty: string };

/** A schema as a table of fields. */
export function SchemaTable({ schema, caption, empty }: SchemaTableProps) {
  const { rows, cut } = schemaRows(schema);
  if (rows.length === 0) return <Text c="dimmed">{empty}</Text>;
  return (
    <>
      <DataTable caption={caption} columns={columns} rows={rows} keyOf={(row) => row.path} />
      {cut && <Text c="dimmed">Some deeper fields are left out here: the JSON view has all of them.</Text>}
    </>
  );
}
