import { useEffect, useRef, type ReactElement, type ReactNode } from 'react'
import { Link, NavLink, Outlet, useLocation, useMatch, useOutletContext, useParams } from 'react-router'

import { Badge } from '@/components/ui/badge'
import { Loading, Notice, PageFailure } from '@/components/ui/notice'
import { PageHeader } from '@/components/ui/page'
import type { Dataset } from '@/lib/api/types'
import { classes } from '@/lib/classes'
import { formatBytes, formatCounted } from '@/lib/format'
import { choiceOf, hasFiles } from '@/lib/targets'

import { useDataset } from './api'
import { DatasetActions } from './dataset-actions'
import { customersOf, datasetTone, rowsOf } from './figures'
import { missingOf, NotStored, type Need } from './not-stored'

/** Each with what it needs of the dataset: one that needs what is not there says so in place of its content. */
const tabs: readonly (readonly [name: string, to: string, need: Need | null])[] = [
  ['Overview', '.', null],
  ['Tables', 'tables', 'rows'],
  ['Schema', 'schema', null],
  ['Files', 'files', 'files'],
  ['Connection', 'connection', 'rows'],
  ['Quality', 'report', 'rows'],
  ['Answers', 'answers', 'rows'],
  ['Jobs', 'jobs', null],
  ['Streams', 'streams', null],
  ['Spec', 'spec', null],
]

function Tabs(): ReactElement {
  const nav = useRef<HTMLElement>(null)
  const { pathname } = useLocation()
  // On a narrow window the tabs scroll: the one that is shown comes into sight.
  useEffect(() => {
    const shown = nav.current?.querySelector<HTMLElement>('[aria-current=page]')
    if (nav.current === null || shown == null) return
    nav.current.scrollLeft = shown.offsetLeft - (nav.current.clientWidth - shown.offsetWidth) / 2
  }, [pathname])
  return (
    <nav
      ref={nav}
      aria-label="Dataset"
      className="relative mb-6 flex gap-x-1 overflow-x-auto border-b border-line"
    >
      {tabs.map(([name, to]) => (
        <NavLink
          key={to}
          to={to}
          end
          className={({ isActive }) =>
            classes(
              '-mb-px rounded-t-md border-b-2 px-3 py-2.5 text-sm font-medium -outline-offset-2',
              isActive ? 'border-accent text-ink' : 'border-transparent text-muted hover:text-ink',
            )
          }
        >
          {name}
        </NavLink>
      ))}
    </nav>
  )
}

/** The dataset that the page around shows. */
export const useShownDataset = (): Dataset => useOutletContext()

/** The tab that is open, or why it cannot show anything. */
function OpenTab({ dataset }: { dataset: Dataset }): ReactElement {
  const tab = useMatch('/datasets/:datasetId/:tab')?.params.tab
  const missing = missingOf(dataset, tabs.find(([, to]) => to === tab)?.[2] ?? null)
  return missing === null ? <Outlet context={dataset} /> : <NotStored dataset={dataset} missing={missing} />
}

/** One dataset: its figures, the progress of its job, what can be done with it, and a tab for each way to look at it. */
export function DatasetPage({ progress }: { progress: ReactNode }): ReactElement {
  const { datasetId = '' } = useParams()
  const { data: dataset, error, refetch } = useDataset(datasetId)
  if (dataset === undefined)
    return error === null ? (
      <Loading what="dataset" />
    ) : (
      <PageFailure what="dataset" error={error} retry={refetch} />
    )
  const figures = [
    formatCounted(customersOf(dataset), 'customer'),
    formatCounted(rowsOf(dataset), 'row'),
    hasFiles(dataset) ? `${formatBytes(dataset.bytes)} of files` : choiceOf(dataset).name,
  ]
  return (
    <>
      <PageHeader
        title={dataset.name}
        above={
          <Link to="/" className="underline underline-offset-4">
            Datasets
          </Link>
        }
        below={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1 tabular-nums">
            <Badge tone={datasetTone(dataset.state)}>{dataset.state}</Badge>
            {figures.join(' · ')}
          </span>
        }
        actions={<DatasetActions dataset={dataset} />}
      />
      {dataset.state === 'incomplete' && (
        <div className="mb-6">
          <Notice tone="warn">
            This dataset is incomplete: its job was cancelled or failed before the end.
          </Notice>
        </div>
      )}
      {progress}
      <Tabs />
      <OpenTab dataset={dataset} />
    </>
  )
}
