import type { Column, Dataset, Table } from '@/lib/api/types'

/** A dataset for tests: ready, of two segments, unless told otherwise. */
export function someDataset(changes: Partial<Dataset> = {}): Dataset {
  return {
    id: '0193c0de-0000-7000-8000-000000000002',
    name: 'Pine',
    state: 'ready',
    spec: { name: 'Pine', seed: 1 },
    segments: [
      { first_block: 0, customers: 2_000 },
      { first_block: 2, customers: 500 },
    ],
    vintage: 4,
    targets: ['mysql', 'files', 'kafka'],
    tables: { users: 2_500, order_details: 9_000 },
    bytes: 4_200_000,
    hashes: {},
    jobs: [],
    created_at: '2026-01-02T03:04:05.000Z',
    ...changes,
  }
}

/** A column for tests: plain text that can neither be sorted nor filtered, unless told otherwise. */
export function someColumn(changes: Partial<Column> = {}): Column {
  return {
    name: 'note',
    type: 'text',
    nullable: false,
    references: null,
    description: 'A remark.',
    sortable: false,
    filterable: false,
    searchable: false,
    values: null,
    ...changes,
  }
}

/** A table of orders for tests, with a column of each kind. */
export function someTable(changes: Partial<Table> = {}): Table {
  return {
    name: 'order_details',
    rows: 9_000,
    bytes: 700_000,
    row_hash: '0'.repeat(32),
    description: 'Orders.',
    columns: [
      someColumn({ name: 'id', type: 'id', sortable: true, filterable: true, searchable: true }),
      someColumn({ name: 'user_id', type: 'id', references: 'users.id', filterable: true }),
      someColumn({ name: 'status', type: 'enum', filterable: true, values: ['paid', 'shipped'] }),
      someColumn({ name: 'total', type: 'money', sortable: true }),
      someColumn({ name: 'coupon', nullable: true }),
    ],
    ...changes,
  }
}
