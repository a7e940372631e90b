import { useEffect } from 'react'

import { config } from '@/config'

interface PagedQuery {
  data: { pages: unknown[] } | undefined
  hasNextPage: boolean
  isFetching: boolean
  isError: boolean
  fetchNextPage: () => unknown
}

/** Fetches page after page of a list, up to a bound. */
export function useAllPages({ data, hasNextPage, isFetching, isError, fetchNextPage }: PagedQuery): void {
  const goOn = hasNextPage && !isFetching && !isError && (data?.pages.length ?? 0) < config.mostListPages
  useEffect(() => {
    if (goOn) void fetchNextPage()
  }, [goOn, fetchNextPage])
}
