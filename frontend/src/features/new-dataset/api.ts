import {
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'

import { answer, api } from '@/lib/api/client'
import type { Job, Preview } from '@/lib/api/types'
import { mergeJob } from '@/lib/live/jobs-store'

type Spec = Record<string, unknown>

/** The JSON Schema of a dataset spec. */
export function useSpecSchema(): UseQueryResult<Spec> {
  return useQuery({
    queryKey: ['spec'],
    queryFn: async (): Promise<Spec> => answer(api.GET('/api/spec')),
    staleTime: Infinity,
  })
}

const previewRows = 5

/** The first rows of a spec, straight from the engine. */
export function usePreview(): UseMutationResult<Preview, Error, Spec> {
  return useMutation({
    mutationFn: (spec) => answer(api.POST('/api/spec/preview', { body: { spec, rows: previewRows } })),
  })
}

export interface NewDataset {
  spec: Spec
  /** The same for every try of one wish, so that a repeated click makes one dataset. */
  key: string
}

/** Asks for a dataset; the answer is the job that makes it. */
export function useNewDataset(): UseMutationResult<Job, Error, NewDataset> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ spec, key }) =>
      answer(api.POST('/api/jobs', { body: { spec }, headers: { 'Idempotency-Key': key } })),
    onSuccess: (job) => {
      mergeJob(job)
      void client.invalidateQueries({ queryKey: ['jobs'] })
      void client.invalidateQueries({ queryKey: ['datasets'] })
    },
  })
}
