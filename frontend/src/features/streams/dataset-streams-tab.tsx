import type { ReactElement } from 'react'
import { Link } from 'react-router'

import { MoreButton } from '@/components/ui/more-button'
import { Failure, Loading, Notice } from '@/components/ui/notice'
import { useShownDataset } from '@/features/datasets/dataset-page'
import { allItems } from '@/lib/api/pages'
import type { Dataset, Stream } from '@/lib/api/types'

import { useNewStream, useStreams } from './api'
import { NewStreamForm } from './new-stream-form'
import { isOver } from './states'
import { StreamsList } from './streams-list'

function Streams({
  query,
  streams,
}: {
  query: ReturnType<typeof useStreams>
  streams: readonly Stream[]
}): ReactElement {
  if (query.isPending) return <Loading what="streams" />
  if (query.isError) return <Failure error={query.error} retry={query.refetch} />
  if (streams.length === 0)
    return (
      <p className="max-w-prose text-sm text-muted">
        None yet. A stream plays the history of this dataset into Kafka as events, in the order of time: a
        shop at work, for programs that read Kafka. What the events add up to is known, so a program’s answer
        can be checked.
      </p>
    )
  return (
    <>
      <StreamsList streams={streams} />
      <MoreButton query={query} />
    </>
  )
}

/** The form for a new stream, or why there can be none now. */
function Start({ dataset, open }: { dataset: Dataset; open: Stream | undefined }): ReactElement {
  // Held here and not by the form: the list may tell of the new stream before the answer comes.
  const create = useNewStream()
  if (dataset.state !== 'ready')
    return (
      <Notice>
        {dataset.state === 'creating'
          ? 'A dataset can be played once its job is done.'
          : 'An incomplete dataset cannot be played.'}
      </Notice>
    )
  if (open !== undefined && create.isIdle)
    return (
      <Notice>
        A dataset has one stream at a time, and{' '}
        <Link to={`/streams/${open.id}`} className="font-medium underline underline-offset-4">
          its open stream
        </Link>{' '}
        has not ended: stop that one to start another.
      </Notice>
    )
  return <NewStreamForm dataset={dataset} create={create} />
}

/** The streams of one dataset, and the way to start one. */
export function DatasetStreamsTab(): ReactElement {
  const dataset = useShownDataset()
  const query = useStreams({ dataset_id: dataset.id })
  const streams = allItems(query.data)
  return (
    <div className="space-y-8">
      <section aria-label="Streams of this dataset">
        <Streams query={query} streams={streams} />
      </section>
      {!query.isPending && (
        <section aria-label="Start a stream">
          <h2 className="mb-4 text-lg font-semibold">Start a stream</h2>
          <Start dataset={dataset} open={streams.find((stream) => !isOver(stream))} />
        </section>
      )}
    </div>
  )
}
