import type { ReactElement } from 'react'

import { useLiveJobs, type LiveStatus } from '@/lib/live/jobs-store'

const words: Record<LiveStatus, string> = {
  connecting: 'Connecting for live updates…',
  live: 'Live',
  offline: 'Live updates are interrupted; asking every few seconds until they are back.',
}

/** Whether what is shown is up to the second. */
export function LiveNote(): ReactElement {
  const status = useLiveJobs((held) => held.status)
  return (
    <p className="mt-6 flex items-center gap-2 text-sm text-muted" data-testid="live-status">
      <span
        aria-hidden="true"
        className={`size-2 shrink-0 rounded-full ${status === 'live' ? 'bg-good' : 'bg-line-strong'}`}
      />
      {words[status]}
    </p>
  )
}
