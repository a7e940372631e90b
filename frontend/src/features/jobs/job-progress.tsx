import type { ReactElement } from 'react'

import { Notice } from '@/components/ui/notice'
import { Facts } from '@/components/ui/page'
import { ProgressBar } from '@/components/ui/progress-bar'
import { useAnnounced } from '@/hooks/use-announced'
import type { Job } from '@/lib/api/types'
import { formatCount, formatDuration, formatPercent, formatRate, shareOf } from '@/lib/format'

import { usePace } from './api'
import { isOver, phaseOf } from './states'
import type { Pace } from './throughput'

const waitingOf = (dependency: string): string => `Waiting for ${dependency}.`

/** One sentence that says how far the job is; with the seconds left where they are known. */
export function summaryOf(job: Job, secondsLeft: number | null): string {
  const rows = `${formatCount(job.rows_done)} of ${formatCount(job.rows_total)} rows`
  if (isOver(job)) return `${phaseOf(job)}. ${rows}.`
  if (job.waiting_for != null) return `${waitingOf(job.waiting_for)} ${rows} so far.`
  const left = secondsLeft === null ? '' : `, about ${formatDuration(secondsLeft)} left`
  return `${phaseOf(job)}: ${formatPercent(shareOf(job.rows_done, job.rows_total))}, ${rows}${left}.`
}

/** Why nothing moves, where that is known or can be seen. */
function waitOf(job: Job, { silentSeconds }: Pace): string | null {
  if (job.waiting_for != null)
    return `${waitingOf(job.waiting_for)} The job goes on by itself as soon as it can.`
  if (silentSeconds === null) return null
  return `No row was stored for ${formatDuration(silentSeconds)}. The job goes on by itself; what it waits for is found out after a minute.`
}

function timeLeft({ secondsLeft }: Pace): string {
  if (secondsLeft === null) return '–'
  return secondsLeft < 1 ? 'less than 1 s' : `about ${formatDuration(secondsLeft)}`
}

/** How far a job is: rows, rate, phase and time left, kept up to date while it runs. */
export function JobProgress({ job }: { job: Job }): ReactElement {
  const pace = usePace(job)
  const announced = useAnnounced(
    summaryOf(job, pace.secondsLeft),
    [job.state, job.phase, job.waiting_for].join(),
  )
  const share = shareOf(job.rows_done, job.rows_total)
  const wait = waitOf(job, pace)
  const moves = job.state === 'running' && job.phase === 'generating'
  return (
    <div>
      <div className="mb-3 flex items-baseline justify-between gap-4">
        <p className="font-medium">{phaseOf(job)}</p>
        <p className="text-2xl font-semibold tabular-nums" data-testid="percent">
          {job.state === 'completed' ? '100%' : formatPercent(share)}
        </p>
      </div>
      <ProgressBar
        label="Rows done"
        done={job.state === 'completed' ? 1 : job.rows_done}
        total={job.state === 'completed' ? 1 : job.rows_total}
      />
      <div className="mt-6">
        <Facts
          items={[
            [
              'Rows',
              <span key="rows">
                <span data-testid="rows-done">{formatCount(job.rows_done)}</span>{' '}
                <span className="font-normal whitespace-nowrap text-muted">
                  of {formatCount(job.rows_total)}
                </span>
              </span>,
            ],
            moves ? ['Rate now', formatRate(pace.rate)] : ['Mean rate', formatRate(job.rows_per_second)],
            ['Time left for the rows', timeLeft(pace)],
            ['Chunks', `${formatCount(job.chunks_done)} of ${formatCount(job.chunks_total)}`],
          ]}
        />
      </div>
      {wait !== null && (
        <div className="mt-6">
          <Notice tone="warn">{wait}</Notice>
        </div>
      )}
      <p role="status" className="sr-only">
        {announced}
      </p>
    </div>
  )
}
