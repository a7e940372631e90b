import { useMemo, type ReactElement } from 'react'
import { Link } from 'react-router'

import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Dialog } from '@/components/ui/dialog'
import { Empty, Failure, Loading } from '@/components/ui/notice'
import { currencyOf } from '@/features/datasets/figures'
import type { Column, Dataset, Table } from '@/lib/api/types'
import { cellText } from '@/lib/cells'

import { useRow, type StoredRow } from './api'
import { readable } from './columns'
import { targetOf } from './relations'
import { RelatedRows } from './related-rows'
import { addressOfRow } from './selection'
import { valueFormats, type ValueFormats } from './value-formats'

function Value({
  column,
  value,
  formats,
}: {
  column: Column
  value: unknown
  formats: ValueFormats
}): ReactElement {
  const raw = cellText(value)
  if (raw === null) return <span className="text-muted">NULL</span>
  const target = targetOf(column)
  if (target !== null)
    return (
      <Link
        to={`../${target.table}?${addressOfRow(target.column, raw).toString()}`}
        relative="path"
        className="font-mono text-xs break-all underline decoration-line-strong underline-offset-4"
      >
        {raw}
      </Link>
    )
  const words = column.type === 'timestamp' ? formats.zonedTime(raw) : readable(column, value, formats)
  return (
    <>
      <span
        className={column.type === 'id' ? 'font-mono text-xs break-all' : 'break-words whitespace-pre-line'}
      >
        {words}
      </span>
      {words !== raw && <span className="block font-mono text-xs break-all text-muted">{raw}</span>}
    </>
  )
}

function Values({ dataset, table, row }: { dataset: Dataset; table: Table; row: StoredRow }): ReactElement {
  const formats = useMemo(() => valueFormats(currencyOf(dataset)), [dataset])
  return (
    <section aria-label="Columns">
      <h3 className="mb-1 text-xs font-medium text-muted">Columns</h3>
      <dl>
        {table.columns.map((column) => {
          const raw = cellText(row[column.name])
          return (
            <div
              key={column.name}
              className="border-t border-line py-2 first:border-0 sm:grid sm:grid-cols-[8.5rem_minmax(0,1fr)] sm:gap-3"
            >
              <dt title={column.description} className="font-mono text-xs leading-6 text-muted">
                {column.name}
              </dt>
              <dd className="flex min-w-0 items-start justify-between gap-3 text-sm">
                <span className="min-w-0 tabular-nums">
                  <Value column={column} value={row[column.name]} formats={formats} />
                </span>
                {raw !== null && <CopyButton text={raw} what={column.name} />}
              </dd>
            </div>
          )
        })}
      </dl>
    </section>
  )
}

/** The ids before and after one, among the rows that were fetched. */
export function neighboursOf(
  id: string,
  rows: readonly StoredRow[],
): [before: string | null, after: string | null] {
  const place = rows.findIndex((row) => cellText(row.id) === id)
  if (place < 0) return [null, null]
  return [cellText(rows[place - 1]?.id), cellText(rows[place + 1]?.id)]
}

interface Props {
  dataset: Dataset
  table: Table
  tables: readonly Table[]
  id: string
  /** The rows that were fetched already, in the order of the page. */
  rows: readonly StoredRow[]
  onOpen: (id: string) => void
  onClose: () => void
}

/** Everything about one row: its values, the rows that it points to, and those that point to it. */
export function RowDetails({ dataset, table, tables, id, rows, onOpen, onClose }: Props): ReactElement {
  const known = rows.find((row) => cellText(row.id) === id)
  const { data: row, error, refetch } = useRow(dataset.id, table.name, id, known)
  const [before, after] = neighboursOf(id, rows)
  return (
    <Dialog title={`Row of ${table.name}`} place="side" onClose={onClose}>
      <div className="mb-5 flex flex-wrap gap-2">
        <Button size="small" disabled={before === null} onClick={() => before !== null && onOpen(before)}>
          ← Previous
        </Button>
        <Button size="small" disabled={after === null} onClick={() => after !== null && onOpen(after)}>
          Next →
        </Button>
        <Button size="small" className="ml-auto" onClick={onClose}>
          Close
        </Button>
      </div>
      {error !== null && <Failure error={error} retry={refetch} />}
      {row === undefined && error === null && <Loading what="row" />}
      {row === null && (
        <Empty title="No such row">
          No row of {table.name} has the id {id}.
        </Empty>
      )}
      {row != null && (
        <div className="space-y-6">
          <RelatedRows dataset={dataset} table={table} tables={tables} row={row} />
          <Values dataset={dataset} table={table} row={row} />
        </div>
      )}
    </Dialog>
  )
}
