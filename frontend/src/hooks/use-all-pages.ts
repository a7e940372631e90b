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
  const pages = data?.pages.length ?? 0
  const goOn = hasNextPage && !isFetching && !isError && pages < config.mostListPages
  useEffect(() => {
    if (goOn) void fetchNextPage()
    // A page that is there at once leaves no moment in which `goOn` is false: the number of pages has to count too.
  }, [goOn, pages, fetchNextPage])
}
