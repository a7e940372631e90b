import {
  useInfiniteQuery,
  useMutation,
  useQueryClient,
  type InfiniteData,
  type UseInfiniteQueryResult,
  type UseMutationResult,
} from '@tanstack/react-query'

import { config } from '@/config'
import { answer, api } from '@/lib/api/client'
import { byCursor, omitEmpty, type Page } from '@/lib/api/pages'
import type { CreatedToken, PersonalToken } from '@/lib/api/types'

const key = ['tokens']

/** The user's personal tokens, newest first. */
export function useTokens(): UseInfiniteQueryResult<InfiniteData<Page<PersonalToken>, string | undefined>> {
  return useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }): Promise<Page<PersonalToken>> =>
      answer(
        api.GET('/api/auth/tokens', {
          params: { query: omitEmpty({ cursor: pageParam, limit: config.pageSize.list }) },
        }),
      ),
    ...byCursor,
  })
}

export interface NewToken {
  name: string
  expires_in_days: number
}

/** Makes a token; the answer is the only place it is ever seen. */
export function useNewToken(): UseMutationResult<CreatedToken, Error, NewToken> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body) => answer(api.POST('/api/auth/tokens', { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  })
}

export function useRevokeToken(): UseMutationResult<unknown, Error, string> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id) =>
      answer(api.DELETE('/api/auth/tokens/{token_id}', { params: { path: { token_id: id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  })
}
