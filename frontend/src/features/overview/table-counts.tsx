import type { ReactElement } from 'react'
import { Link } from 'react-router'

import { Failure, Loading } from '@/components/ui/notice'
import { Cell, Row, Table, TableHead } from '@/components/ui/table'
import { useTables } from '@/features/datasets/api'
import type { Dataset } from '@/lib/api/types'
import { formatBytes, formatCount } from '@/lib/format'
import { hasFiles, hasRows } from '@/lib/targets'

/** Rows and bytes of each table, and of all together. */
export function TableCounts({ dataset }: { dataset: Dataset }): ReactElement {
  const tables = useTables(dataset.id)
  if (tables.isPending) return <Loading what="tables" />
  if (tables.isError) return <Failure error={tables.error} retry={tables.refetch} />
  const withFiles = hasFiles(dataset)
  const sum = (key: 'rows' | 'bytes'): number => tables.data.reduce((total, table) => total + table[key], 0)
  return (
    <Table label={withFiles ? 'Rows and bytes of each table' : 'Rows of each table'}>
      <TableHead
        columns={[
          'Table',
          { title: 'Rows', figures: true },
          ...(withFiles ? [{ title: 'Files', figures: true }] : []),
        ]}
      />
      <tbody className="tabular-nums">
        {tables.data.map((table) => (
          <Row key={table.name}>
            <Cell className="py-2">
              {hasRows(dataset) ? (
                <Link
                  to={`tables/${table.name}`}
                  className="font-mono underline decoration-line-strong underline-offset-4"
                >
                  {table.name}
                </Link>
              ) : (
                <span className="font-mono">{table.name}</span>
              )}
            </Cell>
            <Cell className="py-2 text-right">{formatCount(table.rows)}</Cell>
            {withFiles && (
              <Cell className="py-2 text-right whitespace-nowrap">{formatBytes(table.bytes)}</Cell>
            )}
          </Row>
        ))}
        <Row className="font-medium">
          <Cell className="py-2">All tables</Cell>
          <Cell className="py-2 text-right">{formatCount(sum('rows'))}</Cell>
          {withFiles && (
            <Cell className="py-2 text-right whitespace-nowrap">{formatBytes(sum('bytes'))}</Cell>
          )}
        </Row>
      </tbody>
    </Table>
  )
}
