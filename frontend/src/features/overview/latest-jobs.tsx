import type { ReactElement } from 'react'
import { Link } from 'react-router'

import { Empty, Failure, Loading } from '@/components/ui/notice'
import { Time } from '@/components/ui/time'
import { useJobs, useNewest } from '@/features/jobs/api'
import { JobBadge } from '@/features/jobs/job-badge'
import { kindOf } from '@/features/jobs/states'
import { allItems } from '@/lib/api/pages'
import type { Dataset, Job } from '@/lib/api/types'
import { formatCount } from '@/lib/format'

const shown = 3

function Line({ job }: { job: Job }): ReactElement {
  return (
    <li className="border-t border-line py-3 text-sm first:border-0 first:pt-0 last:pb-0">
      <div className="flex items-center justify-between gap-3">
        <Link
          to={`/jobs/${job.id}`}
          className="font-medium underline decoration-line-strong underline-offset-4"
        >
          {kindOf(job)}
        </Link>
        <JobBadge job={job} />
      </div>
      <p className="mt-1 flex flex-wrap justify-between gap-x-3 text-muted tabular-nums">
        <span>
          {formatCount(job.rows_done)} of {formatCount(job.rows_total)} rows
        </span>
        <Time at={job.created_at} />
      </p>
      {job.error !== null && <p className="mt-1 break-words text-danger">{job.error}</p>}
    </li>
  )
}

/** The newest jobs of a dataset, and why one of them failed. */
export function LatestJobs({ dataset }: { dataset: Dataset }): ReactElement {
  const query = useJobs({ dataset_id: dataset.id })
  const jobs = useNewest(allItems(query.data))
  if (query.isPending) return <Loading what="jobs" />
  if (query.isError) return <Failure error={query.error} retry={query.refetch} />
  if (jobs.length === 0) return <Empty title="No jobs" />
  return (
    <ul>
      {jobs.slice(0, shown).map((job) => (
        <Line key={job.id} job={job} />
      ))}
    </ul>
  )
}
