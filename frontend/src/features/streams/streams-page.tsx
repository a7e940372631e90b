import type { ReactElement } from 'react'
import { Link } from 'react-router'

import { MoreButton } from '@/components/ui/more-button'
import { Empty, Failure, Loading } from '@/components/ui/notice'
import { PageHeader } from '@/components/ui/page'
import { StateFilter, useStateFilter } from '@/components/ui/state-filter'
import { allItems } from '@/lib/api/pages'

import { useStreams } from './api'
import { streamStates } from './states'
import { StreamsList } from './streams-list'

function Streams({ state }: { state: (typeof streamStates)[number] | undefined }): ReactElement {
  const query = useStreams({ state })
  const streams = allItems(query.data)
  if (query.isPending) return <Loading what="streams" />
  if (query.isError) return <Failure error={query.error} retry={query.refetch} />
  if (streams.length > 0)
    return (
      <>
        <StreamsList streams={streams} />
        <MoreButton query={query} />
      </>
    )
  if (state !== undefined)
    return <Empty title={`No ${state} streams`}>Choose another state to see more.</Empty>
  return (
    <Empty title="No streams yet">
      A stream plays the history of a dataset into Kafka as events, in the order of time: a shop at work, for
      programs that read Kafka, and with a known right answer. Open a{' '}
      <Link to="/" className="text-accent underline underline-offset-4">
        dataset
      </Link>{' '}
      and its tab “Streams” to start the first.
    </Empty>
  )
}

/** All streams of the user, newest first. */
export function StreamsPage(): ReactElement {
  const state = useStateFilter(streamStates)
  return (
    <>
      <PageHeader title="Streams" actions={<StateFilter states={streamStates} />} />
      <Streams state={state} />
    </>
  )
}
