import { useEffect, useRef, type ReactElement, type ReactNode } from 'react'
import { Link, NavLink, Outlet, useLocation, useOutletContext, useParams } from 'react-router'

import { Badge } from '@/components/ui/badge'
import { Loading, Notice, PageFailure } from '@/components/ui/notice'
import { PageHeader } from '@/components/ui/page'
import type { Dataset } from '@/lib/api/types'
import { classes } from '@/lib/classes'
import { formatBytes, formatCounted } from '@/lib/format'

import { useDataset } from './api'
import { DatasetActions } from './dataset-actions'
import { customersOf, datasetTone, rowsOf } from './figures'

const tabs = [
  ['Overview', '.'],
  ['Tables', 'tables'],
  ['Schema', 'schema'],
  ['Files', 'files'],
  ['Connection', 'connection'],
  ['Quality', 'report'],
  ['Answers', 'answers'],
  ['Jobs', 'jobs'],
  ['Spec', 'spec'],
] as const

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
    `${formatBytes(dataset.bytes)} of files`,
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
      <Outlet context={dataset} />
    </>
  )
}
