import type { ReactElement } from 'react'
import { Link } from 'react-router'

import { Badge } from '@/components/ui/badge'
import { SortArrow } from '@/components/ui/sort-arrow'
import { Cell, HeadCell, Row, Table } from '@/components/ui/table'
import type { Dataset, ReportSummary } from '@/lib/api/types'
import { formatAge, formatBytes, formatCount, formatDateTime } from '@/lib/format'
import { hasFiles, hasRows } from '@/lib/targets'

import { customersOf, datasetTone, rowsOf } from './figures'
import { nextOrder, type Column, type Order } from './ordering'
import { QualityBadge } from './quality-badge'

function SortHead({
  column,
  title,
  figures = false,
  order,
  onOrder,
}: {
  column: Column
  title: string
  figures?: boolean
  order: Order
  onOrder: (order: Order) => void
}): ReactElement {
  const sorted = order.column !== column ? 'none' : order.descending ? 'descending' : 'ascending'
  return (
    <HeadCell aria-sort={sorted} className={figures ? 'text-right' : undefined}>
      <button
        type="button"
        className="rounded py-1 hover:text-ink"
        onClick={() => onOrder(nextOrder(order, column))}
      >
        {title} <SortArrow sorted={sorted} />
      </button>
    </HeadCell>
  )
}

/** Datasets as a table, each a link to its page. `reports` is null while they are not known. */
export function DatasetsTable({
  datasets,
  reports,
  order,
  onOrder,
}: {
  datasets: readonly Dataset[]
  reports: ReadonlyMap<string, ReportSummary> | null
  order: Order
  onOrder: (order: Order) => void
}): ReactElement {
  const sorting = { order, onOrder }
  return (
    <Table label="Datasets">
      <thead>
        <tr>
          <SortHead column="name" title="Name" {...sorting} />
          <HeadCell>State</HeadCell>
          <HeadCell>Quality</HeadCell>
          <SortHead column="customers" title="Customers" figures {...sorting} />
          <SortHead column="rows" title="Rows" figures {...sorting} />
          <SortHead column="files" title="Files" figures {...sorting} />
          <SortHead column="made" title="Made" {...sorting} />
        </tr>
      </thead>
      <tbody className="tabular-nums">
        {datasets.map((dataset) => (
          <Row key={dataset.id}>
            <Cell className="max-w-80 min-w-40">
              <Link
                to={`/datasets/${dataset.id}`}
                className="font-medium break-words underline decoration-line-strong underline-offset-4"
              >
                {dataset.name}
              </Link>
            </Cell>
            <Cell>
              <Badge tone={datasetTone(dataset.state)}>{dataset.state}</Badge>
            </Cell>
            <Cell className="whitespace-nowrap">
              <QualityBadge
                report={reports === null ? null : reports.get(dataset.id)}
                examinable={hasRows(dataset)}
              />
            </Cell>
            <Cell className="text-right">{formatCount(customersOf(dataset))}</Cell>
            <Cell className="text-right">{formatCount(rowsOf(dataset))}</Cell>
            <Cell className="text-right whitespace-nowrap">
              {hasFiles(dataset) ? formatBytes(dataset.bytes) : <span className="text-muted">none</span>}
            </Cell>
            <Cell className="whitespace-nowrap text-muted" title={formatDateTime(dataset.created_at)}>
              {formatAge(dataset.created_at)}
            </Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  )
}
