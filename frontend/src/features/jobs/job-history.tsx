import type { ReactElement } from 'react'

import { EventHistory } from '@/components/ui/event-history'
import { Failure, Loading } from '@/components/ui/notice'
import { allItems } from '@/lib/api/pages'

import type { useJobEvents } from './api'
import { entriesOf } from './history'

/** What happened to a job and when, newest first. */
export function JobHistory({ query }: { query: ReturnType<typeof useJobEvents> }): ReactElement {
  if (query.isPending) return <Loading what="history" />
  if (query.isError) return <Failure error={query.error} retry={query.refetch} />
  return <EventHistory entries={entriesOf(allItems(query.data))} />
}
