import type { ReactElement } from 'react'

import { MoreButton } from '@/components/ui/more-button'
import { Failure, Loading } from '@/components/ui/notice'
import { allItems } from '@/lib/api/pages'
import type { Job } from '@/lib/api/types'
import { formatDateTime, formatName } from '@/lib/format'

import { useJobEvents } from './api'

/** What happened to a job and when. */
export function JobHistory({ job }: { job: Job }): ReactElement {
  const query = useJobEvents(job)
  if (query.isPending) return <Loading what="history" />
  if (query.isError) return <Failure error={query.error} retry={query.refetch} />
  return (
    <>
      <ol className="space-y-3 text-sm">
        {allItems(query.data).map((event, index) => (
          <li key={index} className="flex flex-wrap gap-x-4">
            <time dateTime={event.at} className="w-48 shrink-0 text-muted tabular-nums">
              {formatDateTime(event.at, 'seconds')}
            </time>
            <span>
              {formatName(event.event)}
              {event.detail !== null && <span className="text-muted"> – {event.detail}</span>}
            </span>
          </li>
        ))}
      </ol>
      <MoreButton query={query} />
    </>
  )
}
