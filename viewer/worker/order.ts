// How rows are compared when the table is sorted by a column. Rows that are equal there keep the order of the capture.

import type { Row, Sort } from '../shared/protocol.js';

export function comparing(rows: readonly Row[], { column, descending }: Sort): (one: number, other: number) => number {
  const sign = descending ? -1 : 1;
  return (one, other) => {
    const [a, b] = [valueOf(rows[one] as Row, column), valueOf(rows[other] as Row, column)];
    if (a < b) return -sign;
    return a > b ? sign : one - other;
  };
}

function valueOf(row: Row, column: Sort['column']): string | number {
  switch (column) {
    case 'time':
      return row.startedAt;
    case 'status':
      return row.status ?? -1;
    case 'wait':
      return row.status === null ? -1 : row.timings.wait;
    default:
      return row[column];
  }
}
