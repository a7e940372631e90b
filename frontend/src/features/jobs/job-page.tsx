import type { ReactElement } from 'react'
import { Link, useParams } from 'react-router'

import { ButtonLink } from '@/components/ui/button'
import { Loading, PageFailure } from '@/components/ui/notice'
import { Card, PageHeader } from '@/components/ui/page'
import { Time } from '@/components/ui/time'
import { config } from '@/config'
import { useDataset } from '@/features/datasets/api'
import { useNow } from '@/hooks/use-now'
import { allItems } from '@/lib/api/pages'
import type { Job } from '@/lib/api/types'
import { formatCount, formatDuration, formatPercent, shareOf } from '@/lib/format'

import { useCourse, useJob, useJobEvents } from './api'
import { JobActions } from './job-actions'
import { JobBadge } from './job-badge'
import { JobHistory } from './job-history'
import { JobProgress } from './job-progress'
import { LiveNote } from './live-note'
import { Situation } from './situation'
import { StageRow } from './stage-row'
import { attemptsOf, pausedSeconds, reachedStage, stagesOf } from './stages'
import { isOver, kindOf, phaseOf } from './states'
import { TableProgress } from './table-progress'
import { ThroughputChart } from './throughput-chart'

/** Says how far the job is in the window's title too, for tabs in the background. */
function windowTitle(job: Job, name: string | undefined): string {
  const state = isOver(job) ? phaseOf(job) : formatPercent(shareOf(job.rows_done, job.rows_total))
  return [state, name].filter(Boolean).join(' · ')
}

function Header({ job }: { job: Job }): ReactElement {
  const dataset = useDataset(job.dataset_id)
  return (
    <PageHeader
      title={dataset.data?.name ?? kindOf(job)}
      windowTitle={windowTitle(job, dataset.data?.name)}
      above={
        <Link to="/jobs" className="underline underline-offset-4">
          Jobs
        </Link>
      }
      below={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <JobBadge job={job} />
          {kindOf(job)}
          {!isOver(job) && <LiveNote />}
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
  )
}

function Details({ job, paused, attempts }: { job: Job; paused: number; attempts: number }): ReactElement {
  const { generating, storing } = job.stage_seconds
  const seconds =
    job.finished_at === null ? null : (Date.parse(job.finished_at) - Date.parse(job.created_at)) / 1_000
  const facts: [string, ReactElement | string][] = [
    ['Asked for', <Time key="asked" at={job.created_at} precision="seconds" />],
    ['Started', <Time key="started" at={job.started_at} precision="seconds" />],
    ['Ended', <Time key="ended" at={job.finished_at} precision="seconds" />],
    ['Took in all', formatDuration(seconds)],
    ['Paused', paused === 0 ? 'never' : formatDuration(paused)],
    ['Attempts', formatCount(attempts)],
    ['Work of generating', formatDuration(generating)],
    ['Work of storing', formatDuration(storing)],
  ]
  return (
    <>
      <dl className="space-y-2 text-sm">
        {facts.map(([name, value]) => (
          <div key={name} className="flex justify-between gap-4">
            <dt className="text-muted">{name}</dt>
            <dd className="text-right tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-4 text-sm text-muted">Work is the sum over all workers, which work side by side.</p>
    </>
  )
}

function JobView({ job }: { job: Job }): ReactElement {
  const query = useJobEvents(job)
  const events = allItems(query.data)
  const points = useCourse(job)
  const attempts = attemptsOf(events)
  const now = useNow(config.clock, !isOver(job))
  return (
    <>
      <Header job={job} />
      <div className="space-y-6">
        <Situation job={job} stage={reachedStage(job, events)} />
        <Card>
          <JobProgress job={job} />
          <div className="mt-6 border-t border-line pt-6">
            <StageRow stages={stagesOf(job, events, now)} state={job.state} />
          </div>
        </Card>
        <div className="grid items-start gap-6 lg:grid-cols-[2fr_1fr]">
          <div className="min-w-0 space-y-6">
            <Card>
              <h2 className="mb-3 font-semibold">Throughput</h2>
              <ThroughputChart job={job} points={points} retried={attempts > 1} />
            </Card>
            <Card>
              <h2 className="mb-5 font-semibold">Tables</h2>
              <TableProgress job={job} />
            </Card>
          </div>
          <div className="min-w-0 space-y-6">
            <Card>
              <h2 className="mb-4 font-semibold">History</h2>
              <JobHistory query={query} />
            </Card>
            <Card>
              <h2 className="mb-4 font-semibold">Times</h2>
              <Details job={job} paused={pausedSeconds(job, events, now)} attempts={attempts} />
            </Card>
          </div>
        </div>
      </div>
    </>
  )
}

/** One job: live progress, what can be done, and its history. */
export function JobPage(): ReactElement {
  const { jobId = '' } = useParams()
  const { data: job, error, refetch } = useJob(jobId)
  if (job !== undefined) return <JobView key={job.id} job={job} />
  return error === null ? <Loading what="job" /> : <PageFailure what="job" error={error} retry={refetch} />
}
