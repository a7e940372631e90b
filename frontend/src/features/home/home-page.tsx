import { lazy, Suspense, useState, type ReactElement } from 'react'
import { useSearchParams } from 'react-router'

import { Button, ButtonLink } from '@/components/ui/button'
import { TextField } from '@/components/ui/field'
import { Empty, Failure, Loading } from '@/components/ui/notice'
import { PageHeader } from '@/components/ui/page'
import { config } from '@/config'
import { useAllDatasets } from '@/features/datasets/api'
import { DatasetsTable } from '@/features/datasets/datasets-table'
import { rowsOf } from '@/features/datasets/figures'
import { arrange, newestFirst, readOrder, writeOrder, type Order } from '@/features/datasets/ordering'
import { useReportSummaries } from '@/features/report/api'
import { allItems, omitEmpty } from '@/lib/api/pages'
import type { Dataset } from '@/lib/api/types'
import { formatBytes, formatCount, formatCounted } from '@/lib/format'

import { RunningJobs } from './running-jobs'

// Fetched for newcomers only.
const FirstRun = lazy(() => import('./first-run'))

/** Datasets that are searched and sorted; the address holds by what. */
function DatasetList({
  datasets,
  complete,
}: {
  datasets: readonly Dataset[]
  complete: boolean
}): ReactElement {
  const reports = useReportSummaries()
  const [search, setSearch] = useSearchParams()
  const [shown, setShown] = useState<number>(config.pageSize.list)
  // Held here as well: the address follows a moment later, and what is typed meanwhile would be lost.
  const [text, setText] = useState(search.get('q') ?? '')
  const [order, setOrder] = useState(() => readOrder(search.get('sort')))
  const found = arrange(datasets, text, order)
  const write = (nextText: string, next: Order): void => {
    setText(nextText)
    setOrder(next)
    setSearch(omitEmpty({ q: nextText, sort: next === newestFirst ? '' : writeOrder(next) }), {
      replace: true,
    })
  }
  return (
    <section aria-label="All datasets">
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="w-full sm:w-72">
          <TextField
            label="Search datasets"
            hideLabel
            type="search"
            placeholder="Search by name"
            value={text}
            onChange={({ target }) => write(target.value, order)}
          />
        </div>
        <p role="status" className="text-sm text-muted tabular-nums">
          {text === '' ? '' : `${formatCount(found.length)} of ${formatCounted(datasets.length, 'dataset')}`}
          {!complete && ` The newest ${formatCount(datasets.length)} are looked through.`}
        </p>
      </div>
      {found.length === 0 ? (
        <Empty title={`No dataset has “${text}” in its name`} />
      ) : (
        <DatasetsTable
          datasets={found.slice(0, shown)}
          reports={reports}
          order={order}
          onOrder={(next) => write(text, next)}
        />
      )}
      {found.length > shown && (
        <div className="mt-4 flex justify-center">
          <Button onClick={() => setShown(shown + config.pageSize.list)}>Show more</Button>
        </div>
      )}
    </section>
  )
}

function totalsOf(datasets: readonly Dataset[]): string {
  const rows = datasets.reduce((sum, dataset) => sum + rowsOf(dataset), 0)
  const bytes = datasets.reduce((sum, dataset) => sum + dataset.bytes, 0)
  return `${formatCounted(datasets.length, 'dataset')} · ${formatCounted(rows, 'row')} · ${formatBytes(bytes)} of files`
}

/** What there is at a glance: jobs that run, and all datasets. Who has nothing yet sees what could be made. */
export function HomePage(): ReactElement {
  const query = useAllDatasets()
  const datasets = allItems(query.data)
  const some = datasets.length > 0
  return (
    <>
      <PageHeader
        title="Datasets"
        below={some && totalsOf(datasets)}
        actions={
          query.isSuccess && (
            <ButtonLink to="/datasets/new" look={some ? 'primary' : 'secondary'}>
              New dataset
            </ButtonLink>
          )
        }
      />
      <RunningJobs />
      {query.isPending && <Loading what="datasets" />}
      {query.isError && <Failure error={query.error} retry={query.refetch} />}
      {some && <DatasetList datasets={datasets} complete={!query.hasNextPage || query.isFetching} />}
      {query.isSuccess && !some && (
        <Suspense fallback={<Loading what="sample" />}>
          <FirstRun />
        </Suspense>
      )}
    </>
  )
}
