import { lazy, Suspense, type ReactElement } from 'react'
import { Link } from 'react-router'

import { Disclosure } from '@/components/ui/disclosure'
import { Empty, Failure, Loading } from '@/components/ui/notice'
import { Cell, Row, Table, TableHead } from '@/components/ui/table'
import { useTables } from '@/features/datasets/api'
import { useShownDataset } from '@/features/datasets/dataset-page'
import { childrenOf } from '@/features/tables/relations'
import { useMedia } from '@/hooks/use-media'
import type { Column, Table as TableInfo } from '@/lib/api/types'
import { formatCounted } from '@/lib/format'

/** Fetched only where it is shown: it brings a library that draws and one that lays out. */
const Diagram = lazy(async () => ({ default: (await import('./diagram')).Diagram }))

const linkStyle = 'underline decoration-line-strong underline-offset-4'

/** What a column is a key of. */
export function keyOf(column: Column): string {
  if (column.name === 'id') return 'primary key'
  return column.references === null ? '' : `foreign key to ${column.references}`
}

function Columns({ table }: { table: TableInfo }): ReactElement {
  return (
    <Table label={`Columns of ${table.name}`}>
      <TableHead columns={['Column', 'Type', 'NULL', 'Key', 'Holds']} />
      <tbody>
        {table.columns.map((column) => (
          <Row key={column.name}>
            <Cell className="py-2 font-mono text-xs">{column.name}</Cell>
            <Cell className="py-2 font-mono text-xs text-muted">{column.type}</Cell>
            <Cell className="py-2 text-muted">{column.nullable ? 'yes' : 'no'}</Cell>
            <Cell className="py-2 whitespace-nowrap">{keyOf(column)}</Cell>
            <Cell className="min-w-64 py-2 text-muted">
              {column.description}
              {column.values !== null && <> One of {column.values.join(', ')}.</>}
            </Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  )
}

function TableDisclosure({
  table,
  tables,
}: {
  table: TableInfo
  tables: readonly TableInfo[]
}): ReactElement {
  const children = childrenOf(table, tables)
  return (
    <Disclosure
      title={
        <span className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
          <span className="font-mono font-medium">{table.name}</span>
          <span className="text-muted tabular-nums">
            {formatCounted(table.columns.length, 'column')}, {formatCounted(table.rows, 'row')}
          </span>
          <span className="text-muted">{table.description}</span>
        </span>
      }
    >
      <p className="text-sm">
        <Link to={`../tables/${table.name}`} relative="path" className={linkStyle}>
          Rows of {table.name}
        </Link>
        {children.length > 0 && (
          <span className="text-muted">
            {' '}
            · referenced by {children.map((child) => `${child.table.name}.${child.column.name}`).join(', ')}
          </span>
        )}
      </p>
      <Columns table={table} />
    </Disclosure>
  )
}

/** The tables with their columns, keys and foreign keys, as a diagram where there is room and as a list. */
export function SchemaTab(): ReactElement {
  const dataset = useShownDataset()
  const tables = useTables(dataset.id)
  const roomy = useMedia('(min-width: 640px)')
  if (tables.isPending) return <Loading what="schema" />
  if (tables.isError) return <Failure error={tables.error} retry={tables.refetch} />
  if (tables.data.length === 0) return <Empty title="No tables" />
  return (
    <div className="space-y-8">
      {roomy && (
        <Suspense fallback={<Loading what="diagram" />}>
          <Diagram tables={tables.data} />
        </Suspense>
      )}
      <section className="space-y-3">
        <h2 className="text-lg font-semibold">Tables and columns</h2>
        {tables.data.map((table) => (
          <TableDisclosure key={table.name} table={table} tables={tables.data} />
        ))}
      </section>
    </div>
  )
}
