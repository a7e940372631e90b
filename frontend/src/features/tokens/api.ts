import {
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'

import { answer, api } from '@/lib/api/client'
import type { CreatedToken, PersonalToken } from '@/lib/api/types'

const key = ['tokens']

/** The user's personal tokens. */
export function useTokens(): UseQueryResult<PersonalToken[]> {
  return useQuery({ queryKey: key, queryFn: async () => (await answer(api.GET('/api/auth/tokens'))).items })
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
