import {
  skipToken,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type InfiniteData,
  type UseInfiniteQueryResult,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'

import { toast } from '@/components/ui/toasts'
import { config } from '@/config'
import { useAllPages } from '@/hooks/use-all-pages'
import { answer, api } from '@/lib/api/client'
import { allItems, byCursor, omitEmpty, type Page } from '@/lib/api/pages'
import type { Connection, Dataset, Job, NewConnection, StoredFile, Table } from '@/lib/api/types'
import { mergeJob } from '@/lib/live/jobs-store'

type Pages<T> = UseInfiniteQueryResult<InfiniteData<Page<T>, string | undefined>>

/** The part of a request that names a dataset. */
export const datasetPath = (id: string): { params: { path: { dataset_id: string } } } => ({
  params: { path: { dataset_id: id } },
})

/** The user's datasets, newest first. */
export function useDatasets(): Pages<Dataset> {
  return useInfiniteQuery({
    queryKey: ['datasets', 'list'],
    queryFn: ({ pageParam }): Promise<Page<Dataset>> =>
      answer(
        api.GET('/api/datasets', {
          params: { query: omitEmpty({ cursor: pageParam, limit: config.pageSize.list }) },
        }),
      ),
    ...byCursor,
  })
}

/** All of the user's datasets, fetched page after page: lists that are searched and sorted need them together. */
export function useAllDatasets(): Pages<Dataset> {
  const query = useDatasets()
  useAllPages(query)
  return query
}

/** One dataset; nothing is asked while its id is not known. */
export function useDataset(id: string | undefined): UseQueryResult<Dataset> {
  return useQuery({
    queryKey: ['datasets', 'one', id],
    queryFn:
      id === undefined ? skipToken : () => answer(api.GET('/api/datasets/{dataset_id}', datasetPath(id))),
  })
}

/** The names of the newest datasets by id, for lists that only know ids. */
export function useDatasetNames(): ReadonlyMap<string, string> {
  return new Map(allItems(useDatasets().data).map(({ id, name }) => [id, name]))
}

/** The tables of a dataset with their columns and stored rows. */
export function useTables(id: string): UseQueryResult<Table[]> {
  return useQuery({
    queryKey: ['datasets', 'tables', id],
    queryFn: async () => (await answer(api.GET('/api/datasets/{dataset_id}/tables', datasetPath(id)))).items,
  })
}

export function useFiles(id: string): Pages<StoredFile> {
  return useInfiniteQuery({
    queryKey: ['datasets', 'files', id],
    queryFn: ({ pageParam }): Promise<Page<StoredFile>> =>
      answer(
        api.GET('/api/datasets/{dataset_id}/files', {
          params: {
            ...datasetPath(id).params,
            query: omitEmpty({ cursor: pageParam, limit: config.pageSize.list }),
          },
        }),
      ),
    ...byCursor,
  })
}

export function useConnection(id: string): UseQueryResult<Connection> {
  return useQuery({
    queryKey: ['datasets', 'connection', id],
    queryFn: () => answer(api.GET('/api/datasets/{dataset_id}/connection', datasetPath(id))),
  })
}

/** Makes or replaces the password of the owner's read-only user; the answer is the only place it is ever seen. */
export function useNewPassword(id: string): UseMutationResult<NewConnection, Error, void> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => answer(api.POST('/api/datasets/{dataset_id}/connection', datasetPath(id))),
    onSuccess: () => client.invalidateQueries({ queryKey: ['datasets', 'connection', id] }),
  })
}

export interface Append {
  customers: number
  /** The same for every try of one wish, so that an answer that was lost makes no second segment. */
  key: string
}

/** Starts a job that adds customers to a dataset. */
export function useAppend(id: string): UseMutationResult<Job, Error, Append> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ customers, key }) =>
      answer(
        api.POST('/api/jobs', {
          body: { dataset_id: id, customers },
          headers: { 'Idempotency-Key': key },
        }),
      ),
    onSuccess: (job) => {
      mergeJob(job)
      return client.invalidateQueries({ queryKey: ['jobs'] })
    },
  })
}

/** Deletes a dataset; from then on it is gone for its owner, while its rows and files are removed. */
export function useDeleteDataset({ id, name }: Dataset): UseMutationResult<unknown, Error, void> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => answer(api.DELETE('/api/datasets/{dataset_id}', datasetPath(id))),
    onSuccess: () => {
      toast(`${name} is being deleted.`)
      return client.invalidateQueries({ queryKey: ['datasets', 'list'] })
    },
  })
}
