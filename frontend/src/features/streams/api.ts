import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type InfiniteData,
  type QueryClient,
  type UseInfiniteQueryResult,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'

import { toast } from '@/components/ui/toasts'
import { config } from '@/config'
import { pollInterval } from '@/features/jobs/api'
import { useAllPages } from '@/hooks/use-all-pages'
import { answer, api } from '@/lib/api/client'
import { byCursor, omitEmpty, type Page } from '@/lib/api/pages'
import { ApiError } from '@/lib/api/problem'
import type { Stream, StreamEvent, StreamExpected, StreamRequest, StreamState } from '@/lib/api/types'
import { observeRate } from '@/lib/live/stream-rates'
import { mergeStream, newestStream, newestStreams, streamKey } from '@/lib/live/streams-cache'

import type { Speed } from './speeds'
import { isOver, type StreamAction } from './states'

type Pages<T> = UseInfiniteQueryResult<InfiniteData<Page<T>, string | undefined>>

const streamPath = (id: string): { params: { path: { stream_id: string } } } => ({
  params: { path: { stream_id: id } },
})

async function fetchStream(id: string): Promise<Stream> {
  const stream = await answer(api.GET('/api/streams/{stream_id}', streamPath(id)))
  observeRate(stream)
  return stream
}

/** A stream in its newest known state, whichever way it arrived. */
export function useStream(id: string): UseQueryResult<Stream> {
  return useQuery({
    queryKey: streamKey(id),
    queryFn: () => fetchStream(id),
    structuralSharing: newestStream,
    refetchInterval: ({ state: { data } }) => (data !== undefined && isOver(data) ? false : pollInterval()),
  })
}

export interface StreamFilter {
  state?: StreamState | undefined
  dataset_id?: string | undefined
}

/** The user's streams, newest first. */
export function useStreams(filter: StreamFilter): Pages<Stream> {
  return useInfiniteQuery({
    queryKey: ['streams', 'list', filter],
    queryFn: ({ pageParam }): Promise<Page<Stream>> =>
      answer(
        api.GET('/api/streams', {
          params: { query: omitEmpty({ ...filter, cursor: pageParam, limit: config.pageSize.list }) },
        }),
      ),
    ...byCursor,
    structuralSharing: newestStreams,
    refetchInterval: pollInterval,
  })
}

/** Everything that happened to a stream, oldest first; asked anew when its state or what is wanted changes. */
export function useStreamEvents(stream: Stream): Pages<StreamEvent> {
  const { id, state, goal, speed, waiting_for } = stream
  const query: Pages<StreamEvent> = useInfiniteQuery({
    queryKey: ['streams', 'events', id, state, goal, speed, waiting_for],
    queryFn: ({ pageParam }): Promise<Page<StreamEvent>> =>
      answer(
        api.GET('/api/streams/{stream_id}/events', {
          params: {
            ...streamPath(id).params,
            query: omitEmpty({ cursor: pageParam, limit: config.pageSize.events }),
          },
        }),
      ),
    ...byCursor,
    placeholderData: keepPreviousData,
  })
  useAllPages(query)
  return query
}

/** Seconds after which to ask again for an answer that is being worked out; null for any other refusal. */
export const comesIn = (error: Error | null): number | null =>
  error instanceof ApiError && error.status === 409 ? error.retryAfter : null

/** What a stream that stands still adds up to; while that is being worked out it is asked for again. */
export function useExpected({ id, events_sent, event_time }: Stream): UseQueryResult<StreamExpected> {
  return useQuery({
    queryKey: ['streams', 'expected', id, events_sent, event_time],
    queryFn: () => answer(api.GET('/api/streams/{stream_id}/expected', streamPath(id))),
    refetchInterval: ({ state: { error } }) => {
      const seconds = comesIn(error)
      return seconds === null ? false : seconds * 1_000
    },
  })
}

/** What a stream was answered with is its newest state; lists may hold others than before. */
function taken(client: QueryClient, stream: Stream): void {
  observeRate(stream)
  mergeStream(client, stream)
}

export function useNewStream(): UseMutationResult<Stream, Error, StreamRequest> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body) => answer(api.POST('/api/streams', { body })),
    onSuccess: (stream) => {
      taken(client, stream)
      return client.invalidateQueries({ queryKey: ['streams', 'list'] })
    },
  })
}

function act(id: string, action: StreamAction): Promise<Stream> {
  switch (action) {
    case 'pause':
      return answer(api.POST('/api/streams/{stream_id}/pause', streamPath(id)))
    case 'resume':
      return answer(api.POST('/api/streams/{stream_id}/resume', streamPath(id)))
    case 'stop':
      return answer(api.POST('/api/streams/{stream_id}/stop', streamPath(id)))
  }
}

/** Pauses, resumes or stops a stream. */
export function useStreamAction(id: string): UseMutationResult<Stream, Error, StreamAction> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (action) => act(id, action),
    onSuccess: (stream) => taken(client, stream),
    onSettled: () => client.invalidateQueries({ queryKey: ['streams'] }),
  })
}

/** Lets a stream go on at another speed. */
export function useSpeedChange(id: string): UseMutationResult<Stream, Error, Speed> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (speed) =>
      answer(api.PATCH('/api/streams/{stream_id}', { ...streamPath(id), body: { speed } })),
    onSuccess: (stream) => taken(client, stream),
    onSettled: () => client.invalidateQueries({ queryKey: ['streams'] }),
  })
}

/** Deletes a stream; it stops, and from then on it is gone for its owner. */
export function useDeleteStream(id: string): UseMutationResult<unknown, Error, void> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => answer(api.DELETE('/api/streams/{stream_id}', streamPath(id))),
    onSuccess: () => {
      toast('The stream is deleted.')
      return client.invalidateQueries({ queryKey: ['streams', 'list'] })
    },
  })
}
