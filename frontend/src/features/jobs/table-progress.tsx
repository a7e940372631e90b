import type { ReactElement } from 'react'

import { ProgressBar } from '@/components/ui/progress-bar'
import type { Job } from '@/lib/api/types'
import { formatCount, formatPercent, shareOf } from '@/lib/format'

/** Progress table by table; a table of which no row is made has none. */
export function TableProgress({ job }: { job: Job }): ReactElement {
  return (
    <ul className="grid gap-x-10 gap-y-4 sm:grid-cols-2">
      {Object.entries(job.tables).map(([name, { rows_done, rows_total }]) => (
        <li key={name}>
          <div className="mb-1.5 flex items-baseline justify-between gap-3 text-sm">
            <span className="truncate font-mono">{name}</span>
            <span className="shrink-0 text-muted tabular-nums">
              {formatCount(rows_done)} of {formatCount(rows_total)}
              <span className="ml-3 hidden w-10 text-right font-medium text-ink sm:inline-block">
                {rows_total === 0 ? '–' : formatPercent(shareOf(rows_done, rows_total))}
              </span>
            </span>
          </div>
          <ProgressBar thin label={`${name}, rows done`} done={rows_done} total={rows_total} />
        </li>
      ))}
    </ul>
  )
}
