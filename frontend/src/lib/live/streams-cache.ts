import type { InfiniteData, QueryClient } from '@tanstack/react-query'

import type { Page } from '@/lib/api/pages'
import type { Stream } from '@/lib/api/types'

import { latest } from './jobs-store'

type Streams = InfiniteData<Page<Stream>, string | undefined>

export const streamKey = (id: string): readonly string[] => ['streams', 'one', id]

const byId = (data: Streams): ReadonlyMap<string, Stream> =>
  new Map(data.pages.flatMap(({ items }) => items).map((stream) => [stream.id, stream]))

const mapped = (data: Streams, change: (stream: Stream) => Stream): Streams => ({
  ...data,
  pages: data.pages.map((page) => ({ ...page, items: page.items.map(change) })),
})

/** For a query of one stream: an answer that is older than what is held changes nothing. */
export const newestStream = (held: unknown, fetched: unknown): Stream =>
  latest(fetched as Stream, held as Stream | undefined)

/** For a query of many: each in its newer state. */
export function newestStreams(held: unknown, fetched: unknown): Streams {
  const answer = fetched as Streams
  if (held === undefined) return answer
  const known = byId(held as Streams)
  return mapped(answer, (stream) => latest(stream, known.get(stream.id)))
}

/** Whether a list may hold other streams now than when it was fetched: this one is new, or in another state. */
export function changesLists(client: QueryClient, stream: Stream): boolean {
  const known = client.getQueryData<Stream>(streamKey(stream.id))
  return known === undefined || (known.version < stream.version && known.state !== stream.state)
}

/** Takes a stream's state in wherever it is shown, unless a newer one is held. */
export function mergeStream(client: QueryClient, stream: Stream): void {
  client.setQueryData<Stream>(streamKey(stream.id), (held) => latest(stream, held))
  client.setQueriesData<Streams>(
    { queryKey: ['streams', 'list'] },
    (data) => data && mapped(data, (one) => (one.id === stream.id ? latest(stream, one) : one)),
  )
}
