import type { ReactElement } from 'react'

import { Button } from './button'

/** Fetches the next page of a list, where there is one. */
export function MoreButton({
  query,
}: {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown }
}): ReactElement | null {
  if (!query.hasNextPage) return null
  return (
    <div className="mt-4 flex justify-center">
      <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        Show more
      </Button>
    </div>
  )
}
