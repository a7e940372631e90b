import {
  keepPreviousData,
  skipToken,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'

import { config } from '@/config'
import { answer, api } from '@/lib/api/client'
import { ApiError } from '@/lib/api/problem'
import type { Job, Preview } from '@/lib/api/types'
import { mergeJob } from '@/lib/live/jobs-store'
import { choices, type Choice } from '@/lib/targets'

import { paceOf } from './pace'
import { requestOf } from './snippets'

type Spec = Record<string, unknown>

/** The JSON Schema of a dataset spec. */
export function useSpecSchema(): UseQueryResult<Spec> {
  return useQuery({
    queryKey: ['spec'],
    queryFn: async (): Promise<Spec> => answer(api.GET('/api/spec')),
    staleTime: Infinity,
  })
}

const isBusy = (error: Error): boolean => error instanceof ApiError && [429, 503].includes(error.status)

/**
 * The first rows of a spec, straight from the engine; nothing is asked without a spec. A request that nobody
 * waits for any more is ended. The server makes few previews at a time, so one that was refused is asked for again.
 */
export function usePreview(spec: Spec | null): UseQueryResult<Preview> {
  return useQuery({
    queryKey: ['spec', 'preview', spec],
    queryFn:
      spec === null
        ? skipToken
        : ({ signal }) =>
            answer(api.POST('/api/spec/preview', { body: { spec, rows: config.pageSize.preview }, signal })),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 60_000,
    retry: (failures, error) => isBusy(error) && failures < 5,
    retryDelay: (_, error) => ((error instanceof ApiError ? error.retryAfter : null) ?? 1) * 1_000,
  })
}

/** Rows a second that the owner's latest jobs were made at; null while that is not known. */
export function usePace(): number | null {
  const { data } = useQuery({
    queryKey: ['jobs', 'pace'],
    queryFn: () => answer(api.GET('/api/jobs', { params: { query: { state: 'completed' } } })),
    staleTime: 60_000,
  })
  return data === undefined ? null : paceOf(data.items)
}

export interface NewDataset {
  spec: Spec
  /** Where it is to be stored; everywhere by default. */
  choice?: Choice
  /** The same for every try of one wish, so that a repeated click makes one dataset. */
  key: string
}

/** Asks for a dataset; the answer is the job that makes it. */
export function useNewDataset(): UseMutationResult<Job, Error, NewDataset> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ spec, choice = choices[0], key }) =>
      answer(api.POST('/api/jobs', { body: requestOf(spec, choice), headers: { 'Idempotency-Key': key } })),
    onSuccess: (job) => {
      mergeJob(job)
      void client.invalidateQueries({ queryKey: ['jobs'] })
      void client.invalidateQueries({ queryKey: ['datasets'] })
    },
  })
}
