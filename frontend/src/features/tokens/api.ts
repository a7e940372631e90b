import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query'

import { answer, api } from '@/lib/api/client'
import type { CreatedToken, PersonalToken } from '@/lib/api/types'
import { useList, type List } from '@/lib/api/use-list'

const key = ['tokens']

/** The user's personal tokens, newest first. */
export const useTokens = (): List<PersonalToken> =>
  useList(key, (query) => answer(api.GET('/api/auth/tokens', { params: { query } })))

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
