import type { ReactElement } from 'react'
import { Link, useParams, useSearchParams } from 'react-router'

import { Empty, Failure, Loading } from '@/components/ui/notice'
import { PageHeader } from '@/components/ui/page'
import { currencyOf } from '@/features/datasets/figures'
import { allItems } from '@/lib/api/pages'
import type { Dataset, Table } from '@/lib/api/types'
import { formatCounted } from '@/lib/format'

import { useRows } from './api'
import { ExportMenu } from './export-menu'
import { FilterBar } from './filter-bar'
import { RowGrid } from './row-grid'
import { RowDetails } from './row-details'
import { addressOf, selectionFrom, type Selection } from './selection'
import { useOpenRow } from './use-open-row'

/** One table of a dataset: its stored rows, sorted, filtered and exported. */
export function TablePage({ dataset, tables }: { dataset: Dataset; tables: readonly Table[] }): ReactElement {
  const { table: name = '' } = useParams()
  const table = tables.find((one) => one.name === name)
  if (table === undefined) return <Empty title="No such table">This dataset has no table named {name}.</Empty>
  return <Rows key={name} dataset={dataset} table={table} tables={tables} />
}

function Rows({
  dataset,
  table,
  tables,
}: {
  dataset: Dataset
  table: Table
  tables: readonly Table[]
}): ReactElement {
  const [search, setSearch] = useSearchParams()
  const selection = selectionFrom(search)
  const select = (changed: Partial<Selection>): void =>
    setSearch(addressOf({ ...selection, ...changed }, openRow.id), { replace: true })
  const openRow = useOpenRow()
  const query = useRows(dataset.id, table.name, selection)
  const rows = allItems(query.data)
  return (
    <>
      <PageHeader
        title={table.name}
        windowTitle={`${table.name} · ${dataset.name}`}
        above={
          <>
            <Link to={`/datasets/${dataset.id}`} className="underline underline-offset-4">
              {dataset.name}
            </Link>{' '}
            /{' '}
            <Link to={`/datasets/${dataset.id}/tables`} className="underline underline-offset-4">
              Tables
            </Link>
          </>
        }
        below={`${formatCounted(table.rows, 'row')} in ${formatCounted(table.columns.length, 'column')}`}
        actions={<ExportMenu dataset={dataset} table={table} selection={selection} />}
      />
      <div className="space-y-4">
        <FilterBar table={table} selection={selection} onSelect={select} />
        {query.isError && <Failure error={query.error} retry={query.refetch} />}
        {query.isPending && <Loading what="rows" />}
        {query.isSuccess && rows.length === 0 && <Empty title="No rows">Nothing here matches.</Empty>}
        {query.isSuccess && rows.length > 0 && (
          <RowGrid
            table={table}
            currency={currencyOf(dataset)}
            rows={rows}
            selection={selection}
            onSelect={select}
            query={query}
          />
        )}
      </div>
      {openRow.id !== null && (
        <RowDetails
          dataset={dataset}
          table={table}
          tables={tables}
          id={openRow.id}
          rows={rows}
          onOpen={openRow.open}
          onClose={openRow.close}
        />
      )}
    </>
  )
}
