import type { ReactElement, ReactNode } from 'react'
import { Link } from 'react-router'

import { Card } from '@/components/ui/page'
import { useShownDataset } from '@/features/datasets/dataset-page'
import { missingOf, NotStored } from '@/features/datasets/not-stored'
import type { Dataset } from '@/lib/api/types'
import { formatCount, formatCounted } from '@/lib/format'

import { Contents } from './contents'
import { LatestJobs } from './latest-jobs'
import { Quality } from './quality'
import { specFacts } from './spec-facts'
import { TableCounts } from './table-counts'

function Titled({
  title,
  more,
  children,
}: {
  title: string
  /** Where there is more of it: the tab, and what the link says. */
  more?: readonly [to: string, words: string]
  children: ReactNode
}): ReactElement {
  return (
    <Card className="p-5">
      <div className="mb-3 flex items-baseline justify-between gap-3">
        <h2 className="font-semibold">{title}</h2>
        {more !== undefined && (
          <Link to={more[0]} className="text-sm text-accent underline underline-offset-4">
            {more[1]}
          </Link>
        )}
      </div>
      {children}
    </Card>
  )
}

/** The runs of customers that the dataset consists of. */
function Segments({ segments }: Pick<Dataset, 'segments'>): ReactElement {
  return (
    <ol className="text-sm tabular-nums">
      {segments.map((segment) => (
        <li key={segment.first_block} className="flex justify-between gap-3 py-1">
          <span>{formatCounted(segment.customers, 'customer')}</span>
          <span className="text-muted">from block {formatCount(segment.first_block)}</span>
        </li>
      ))}
    </ol>
  )
}

function SpecInShort({ spec }: Pick<Dataset, 'spec'>): ReactElement {
  return (
    <dl className="text-sm">
      {specFacts(spec).map(([name, value]) => (
        <div key={name} className="flex flex-wrap justify-between gap-x-3 py-1">
          <dt className="text-muted">{name}</dt>
          <dd className="tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** A dataset at a glance: whether it is right, what is in it, how much, and how it came to be. */
export function OverviewTab(): ReactElement {
  const dataset = useShownDataset()
  const missing = missingOf(dataset, 'rows')
  return (
    <div className="space-y-8">
      {missing === null ? (
        <>
          <Quality dataset={dataset} />
          <Contents dataset={dataset} />
        </>
      ) : (
        <NotStored dataset={dataset} missing={missing} />
      )}
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-3">
        <section className="space-y-4 lg:col-span-2">
          <h2 className="text-lg font-semibold">How much there is</h2>
          <TableCounts dataset={dataset} />
        </section>
        <div className="space-y-4">
          <Titled title="Latest jobs" more={['jobs', 'All jobs']}>
            <LatestJobs dataset={dataset} />
          </Titled>
          <Titled title="Segments">
            <Segments segments={dataset.segments} />
          </Titled>
          <Titled title="Spec in short" more={['spec', 'Whole spec']}>
            <SpecInShort spec={dataset.spec} />
          </Titled>
        </div>
      </div>
    </div>
  )
}
