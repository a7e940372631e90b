import type { ReactElement } from 'react'
import { Link } from 'react-router'

import { Badge } from '@/components/ui/badge'
import { Cell, HeadCell, Row, Table } from '@/components/ui/table'
import type { Dataset } from '@/lib/api/types'
import { formatBytes, formatCount, formatDateTime } from '@/lib/format'

import { customersOf, datasetTone, rowsOf } from './figures'

/** Datasets as a table, each a link to its page. */
export function DatasetsTable({ datasets }: { datasets: readonly Dataset[] }): ReactElement {
  return (
    <Table label="Datasets">
      <thead>
        <tr>
          <HeadCell>Name</HeadCell>
          <HeadCell>State</HeadCell>
          <HeadCell className="text-right">Customers</HeadCell>
          <HeadCell className="text-right">Rows</HeadCell>
          <HeadCell className="text-right">Files</HeadCell>
          <HeadCell>Made</HeadCell>
        </tr>
      </thead>
      <tbody className="tabular-nums">
        {datasets.map((dataset) => (
          <Row key={dataset.id}>
            <Cell>
              <Link
                to={`/datasets/${dataset.id}`}
                className="font-medium underline decoration-line-strong underline-offset-4"
              >
                {dataset.name}
              </Link>
            </Cell>
            <Cell>
              <Badge tone={datasetTone(dataset.state)}>{dataset.state}</Badge>
            </Cell>
            <Cell className="text-right">{formatCount(customersOf(dataset))}</Cell>
            <Cell className="text-right">{formatCount(rowsOf(dataset))}</Cell>
            <Cell className="text-right whitespace-nowrap">{formatBytes(dataset.bytes)}</Cell>
            <Cell className="whitespace-nowrap text-muted">{formatDateTime(dataset.created_at)}</Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  )
}
