import type { ReactElement } from 'react'

import { Notice } from '@/components/ui/notice'
import { Facts } from '@/components/ui/page'
import { ProgressBar } from '@/components/ui/progress-bar'
import { useAnnounced } from '@/hooks/use-announced'
import type { Job } from '@/lib/api/types'
import { formatCount, formatDuration, formatPercent, formatRate, shareOf } from '@/lib/format'

import { isOver, phaseOf } from './states'

const waitingOf = (dependency: string): string => `Waiting for ${dependency}.`

/** One sentence that says how far the job is. */
export function summaryOf(job: Job): string {
  const rows = `${formatCount(job.rows_done)} of ${formatCount(job.rows_total)} rows`
  if (isOver(job)) return `${phaseOf(job)}. ${rows}.`
  if (job.waiting_for != null) return `${waitingOf(job.waiting_for)} ${rows} so far.`
  const left = job.seconds_left === null ? '' : `, ${formatDuration(job.seconds_left)} left`
  return `${phaseOf(job)}: ${formatPercent(shareOf(job.rows_done, job.rows_total))}, ${rows}${left}.`
}

/** How far a job is: rows, rate, phase and time left, kept up to date while it runs. */
export function JobProgress({ job }: { job: Job }): ReactElement {
  const announced = useAnnounced(summaryOf(job), [job.state, job.phase, job.waiting_for].join())
  const share = shareOf(job.rows_done, job.rows_total)
  return (
    <div>
      <div className="mb-3 flex items-baseline justify-between gap-4">
        <p className="font-medium">{phaseOf(job)}</p>
        <p className="text-2xl font-semibold" data-testid="percent">
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
                <span data-testid="rows-done">{formatCount(job.rows_done)}</span>
                <span className="font-normal text-muted"> of {formatCount(job.rows_total)}</span>
              </span>,
            ],
            ['Rate', formatRate(job.rows_per_second)],
            ['Time left', isOver(job) ? '–' : formatDuration(job.seconds_left)],
            ['Chunks', `${formatCount(job.chunks_done)} of ${formatCount(job.chunks_total)}`],
          ]}
        />
      </div>
      {job.waiting_for != null && (
        <div className="mt-6">
          <Notice tone="warn">
            {waitingOf(job.waiting_for)} The job goes on by itself as soon as it can.
          </Notice>
        </div>
      )}
      <p role="status" className="sr-only">
        {announced}
      </p>
    </div>
  )
}
