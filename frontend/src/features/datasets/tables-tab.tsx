import type { ReactElement } from 'react'
import { Link } from 'react-router'

import { Failure, Loading } from '@/components/ui/notice'
import { Cell, Row, Table, TableHead } from '@/components/ui/table'
import { formatCount } from '@/lib/format'

import { useTables } from './api'
import { useShownDataset } from './dataset-page'

/** The tables of the dataset, each a link to its rows. */
export function TablesTab(): ReactElement {
  const dataset = useShownDataset()
  const tables = useTables(dataset.id)
  if (tables.isPending) return <Loading what="tables" />
  if (tables.isError) return <Failure error={tables.error} retry={tables.refetch} />
  return (
    <Table label="Tables">
      <TableHead
        columns={['Table', { title: 'Rows', figures: true }, { title: 'Columns', figures: true }, 'Holds']}
      />
      <tbody className="tabular-nums">
        {tables.data.map((table) => (
          <Row key={table.name}>
            <Cell>
              <Link
                to={`/datasets/${dataset.id}/tables/${table.name}`}
                className="font-mono underline decoration-line-strong underline-offset-4"
              >
                {table.name}
              </Link>
            </Cell>
            <Cell className="text-right">{formatCount(table.rows)}</Cell>
            <Cell className="text-right">{table.columns.length}</Cell>
            <Cell className="min-w-72 text-muted">{table.description}</Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  )
}
