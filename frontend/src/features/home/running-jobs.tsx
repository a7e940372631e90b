import { memo, type ReactElement } from 'react'
import { Link } from 'react-router'

import { ProgressBar } from '@/components/ui/progress-bar'
import { useDatasetNames } from '@/features/datasets/api'
import { useUnfinishedJobs } from '@/features/jobs/api'
import { JobBadge } from '@/features/jobs/job-badge'
import { phaseOf } from '@/features/jobs/states'
import type { Job } from '@/lib/api/types'
import { formatCount, formatDuration, formatPercent, formatRate, shareOf } from '@/lib/format'

import { Sparkline } from './sparkline'

/** One job; drawn again for its own changes only, not for those of the others. */
const RunningJob = memo(function RunningJob({ job, name }: { job: Job; name: string }): ReactElement {
  return (
    <li className="min-w-0 rounded-xl border border-line bg-surface p-4">
      <div className="mb-2 flex items-center justify-between gap-3">
        <Link
          to={`/jobs/${job.id}`}
          className="truncate font-medium underline decoration-line-strong underline-offset-4"
        >
          {name}
        </Link>
        {job.state === 'running' ? (
          <span className="text-sm font-semibold tabular-nums">
            {formatPercent(shareOf(job.rows_done, job.rows_total))}
          </span>
        ) : (
          <JobBadge job={job} />
        )}
      </div>
      <ProgressBar thin label={`Rows done of ${name}`} done={job.rows_done} total={job.rows_total} />
      {job.state === 'running' && <Sparkline job={job} />}
      <p className="mt-2 flex flex-wrap justify-between gap-x-3 text-sm text-muted tabular-nums">
        <span>
          {phaseOf(job)} · {formatCount(job.rows_done)} of {formatCount(job.rows_total)} rows
        </span>
        {job.state === 'running' && (
          <span>
            {formatRate(job.rows_per_second)} · {formatDuration(job.seconds_left)} left
          </span>
        )}
      </p>
    </li>
  )
})

/** The jobs that are not over, as they go on. */
export function RunningJobs(): ReactElement | null {
  const jobs = useUnfinishedJobs()
  const names = useDatasetNames()
  if (jobs.length === 0) return null
  return (
    <section className="mb-8">
      <h2 className="mb-3 text-sm font-semibold">Running now</h2>
      <ul className="grid gap-3 md:grid-cols-2">
        {jobs.map((job) => (
          <RunningJob key={job.id} job={job} name={names.get(job.dataset_id) ?? job.id.slice(0, 8)} />
        ))}
      </ul>
    </section>
  )
}
