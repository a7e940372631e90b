import type { ReactElement } from 'react'

import { Failure, Loading } from '@/components/ui/notice'
import type { Job } from '@/lib/api/types'
import { formatDateTime } from '@/lib/format'

import { useJobEvents } from './api'

/** What happened to a job and when. */
export function JobHistory({ job }: { job: Job }): ReactElement {
  const events = useJobEvents(job)
  if (events.isPending) return <Loading what="history" />
  if (events.isError) return <Failure error={events.error} retry={events.refetch} />
  return (
    <ol className="space-y-3 text-sm">
      {events.data.map((event, index) => (
        <li key={index} className="flex flex-wrap gap-x-4">
          <time dateTime={event.at} className="w-40 shrink-0 text-muted tabular-nums">
            {formatDateTime(event.at)}
          </time>
          <span>
            {event.state}
            {event.phase != null && `, ${event.phase}`}
            {event.detail != null && <span className="text-muted"> – {event.detail}</span>}
          </span>
        </li>
      ))}
    </ol>
  )
}
