import { Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';

export type Column<Row> = { label: string; cell: (row: Row) => ReactNode };

type DataTableProps<Row> = {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
};

/** Browsers drop a table's semantics when CSS changes its display, so the roles are said again. */
const as = {
  table: { role: 'table' },
  group: { role: 'rowgroup' },
  row: { role: 'row' },
  head: { role: 'columnheader' },
  cell: { role: 'cell' },
} as const;

/** A table that becomes a list of cards on a narrow screen. */
export function DataTable<Row>({ caption, columns, rows, keyOf }: DataTableProps<Row>) {
  return (
    <table className="table" {...as.table}>
      <caption className="visually-hidden">{caption}</caption>
      <thead {...as.group}>
        <tr {...as.row}>
          {columns.map((column) => (
            <th key={column.label} scope="col" {...as.head}>
              {column.label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody {...as.group}>
        {rows.map((row) => (
          <tr key={keyOf(row)} {...as.row}>
            {columns.map((column) => (
              <td key={column.label} {...as.cell} data-label={column.label}>
                <div>{column.cell(row)}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The shape of a table while its rows are on their way. */
export function TableSkeleton({ rows, label }: { rows: number; label: string }) {
  const lines = Array.from({ length: rows }, (_, line) => line);
  return (
    <div aria-busy="true" role="status" aria-label={label}>
      {lines.map((line) => (
        <Skeleton key={line} height={40} mb={8} />
      ))}
    </div>
  );
}
