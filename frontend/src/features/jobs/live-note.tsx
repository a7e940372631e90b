import type { ReactElement } from 'react'

import { classes } from '@/lib/classes'
import { useLiveJobs, type LiveStatus } from '@/lib/live/jobs-store'

const words: Record<LiveStatus, string> = {
  connecting: 'Connecting for live updates…',
  live: 'Live',
  offline: 'Reconnecting: live updates are interrupted; asking every few seconds until they are back.',
}

const dots: Record<LiveStatus, string> = {
  connecting: 'animate-pulse bg-line-strong',
  live: 'bg-good',
  offline: 'animate-pulse bg-warn',
}

/** Whether what is shown is up to the second. */
export function LiveNote(): ReactElement {
  const status = useLiveJobs((held) => held.status)
  return (
    <span
      role="status"
      className={classes('inline-flex items-center gap-2', status === 'offline' && 'font-medium text-warn')}
      data-testid="live-status"
    >
      <span aria-hidden="true" className={`size-2 shrink-0 rounded-full ${dots[status]}`} />
      {words[status]}
    </span>
  )
}
