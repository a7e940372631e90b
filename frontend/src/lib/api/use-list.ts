import {
  useInfiniteQuery,
  type InfiniteData,
  type QueryKey,
  type UseInfiniteQueryResult,
} from '@tanstack/react-query'

import { config } from '@/config'

import { byCursor, omitEmpty, type Page } from './pages'

/** A list that is fetched page by page. */
export type List<T> = UseInfiniteQueryResult<InfiniteData<Page<T>, string | undefined>>

/** Which page of a list to ask for. */
export interface PageQuery {
  cursor?: string
  limit?: number
}

/** Walks a list by cursor; `read` asks for one page. */
export const useList = <T>(
  queryKey: QueryKey,
  read: (query: PageQuery) => Promise<Page<T>>,
  options: { refetchInterval?: number } = {},
): List<T> =>
  useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => read(omitEmpty({ cursor: pageParam, limit: config.pageSize.list })),
    ...byCursor,
    ...options,
  })
