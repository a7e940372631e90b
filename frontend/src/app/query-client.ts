import { QueryClient } from '@tanstack/react-query'

import { ApiError } from '@/lib/api/problem'

/** Worth asking again: the network, a busy server, not a refusal. */
const passing = (error: Error): boolean => !(error instanceof ApiError) || error.status >= 502

/** What the pages have fetched. Emptied at sign-out. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (failures, error) => failures < 2 && passing(error),
    },
  },
})
