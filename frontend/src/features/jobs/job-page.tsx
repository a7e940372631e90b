import type { ReactElement } from 'react'
import { Link, useParams } from 'react-router'

import { ButtonLink } from '@/components/ui/button'
import { Loading, Notice, PageFailure } from '@/components/ui/notice'
import { Card, Facts, PageHeader } from '@/components/ui/page'
import { useDataset } from '@/features/datasets/api'
import type { Job } from '@/lib/api/types'
import { formatDateTime, formatDuration, formatPercent, shareOf } from '@/lib/format'

import { useJob } from './api'
import { JobActions } from './job-actions'
import { JobBadge } from './job-badge'
import { JobHistory } from './job-history'
import { JobProgress } from './job-progress'
import { LiveNote } from './live-note'
import { isOver, kindOf, phaseOf } from './states'
import { TableProgress } from './table-progress'

function Details({ job }: { job: Job }): ReactElement {
  const { generating, storing, indexing, checking } = job.stage_seconds
  return (
    <Facts
      items={[
        ['Asked for', formatDateTime(job.created_at)],
        ['Started', formatDateTime(job.started_at)],
        ['Ended', formatDateTime(job.finished_at)],
        ['Generating', formatDuration(generating)],
        ['Storing', formatDuration(storing)],
        ['Indexing', formatDuration(indexing)],
        ['Checking', formatDuration(checking)],
      ]}
    />
  )
}

/** Says how far the job is in the window's title too, for tabs in the background. */
function windowTitle(job: Job, name: string | undefined): string {
  const state = isOver(job) ? phaseOf(job) : formatPercent(shareOf(job.rows_done, job.rows_total))
  return [state, name].filter(Boolean).join(' · ')
}

/** One job: live progress, what can be done, and its history. */
export function JobPage(): ReactElement {
  const { jobId = '' } = useParams()
  const { data: job, error, refetch } = useJob(jobId)
  const dataset = useDataset(job?.dataset_id)
  if (job === undefined)
    return error === null ? <Loading what="job" /> : <PageFailure what="job" error={error} retry={refetch} />
  return (
    <>
      <PageHeader
        title={dataset.data?.name ?? kindOf(job)}
        windowTitle={windowTitle(job, dataset.data?.name)}
        above={
          <Link to="/jobs" className="underline underline-offset-4">
            Jobs
          </Link>
        }
        below={
          <span className="flex items-center gap-3">
            <JobBadge job={job} />
            {kindOf(job)}
          </span>
        }
        actions={
          <>
            <JobActions job={job} />
            <ButtonLink
              to={`/datasets/${job.dataset_id}`}
              look={job.state === 'completed' ? 'primary' : 'secondary'}
            >
              Open dataset
            </ButtonLink>
          </>
        }
      />
      <div className="space-y-6">
        {job.error != null && <Notice tone="danger">{job.error}</Notice>}
        <Card>
          <JobProgress job={job} />
          {!isOver(job) && <LiveNote />}
        </Card>
        <Card>
          <h2 className="mb-5 font-semibold">Tables</h2>
          <TableProgress job={job} />
        </Card>

        <Card>
          <h2 className="mb-5 font-semibold">Times</h2>
          <Details job={job} />
          <p className="mt-5 text-sm text-muted">
            Generating and storing are sums over all workers, and overlap.
          </p>
        </Card>
        <Card>
          <h2 className="mb-5 font-semibold">History</h2>
          <JobHistory job={job} />
        </Card>
      </div>
    </>
  )
}
