import {
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'

import { config } from '@/config'
import { answer, api } from '@/lib/api/client'
import { omitEmpty } from '@/lib/api/pages'
import type {
  DeadLetter,
  DeadLetterDetail,
  JobState,
  ListedUser,
  OwnedJob,
  ServiceHealth,
  ServiceLimits,
  UserChange,
} from '@/lib/api/types'
import { useList, type List } from '@/lib/api/use-list'

const users = ['admin', 'users'] as const
const jobs = ['admin', 'jobs'] as const
const letters = ['admin', 'dead-letters'] as const

export interface UserFilter {
  /** What names begin with. */
  q: string
  role: ListedUser['role'] | undefined
  disabled: boolean | undefined
}

/** Accounts by name. */
export const useUsers = ({ q, role, disabled }: UserFilter): List<ListedUser> =>
  useList([...users, 'list', q, role, disabled], (page) =>
    answer(
      api.GET('/api/admin/users', {
        params: {
          query: { ...page, ...omitEmpty({ q, role }), ...(disabled !== undefined && { disabled }) },
        },
      }),
    ),
  )

/** Gives an account another role, disables or enables it. */
export function useChangeUser(id: string): UseMutationResult<ListedUser, Error, UserChange> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body) =>
      answer(api.PATCH('/api/admin/users/{user_id}', { params: { path: { user_id: id } }, body })),
    onSettled: () => client.invalidateQueries({ queryKey: users }),
  })
}

/** One account. */
export const useUser = (id: string): UseQueryResult<ListedUser> =>
  useQuery({
    queryKey: [...users, 'one', id],
    queryFn: () => answer(api.GET('/api/admin/users/{user_id}', { params: { path: { user_id: id } } })),
  })

/** The jobs of all users, newest first. */
export const useAllJobs = (state: JobState | undefined): List<OwnedJob> =>
  useList(
    [...jobs, state],
    (page) => answer(api.GET('/api/admin/jobs', { params: { query: { ...page, ...omitEmpty({ state }) } } })),
    { refetchInterval: config.poll.offline },
  )

export function useCancelAnyJob(id: string): UseMutationResult<OwnedJob, Error, void> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () =>
      answer(api.POST('/api/admin/jobs/{job_id}/cancel', { params: { path: { job_id: id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: jobs }),
  })
}

/** What the services say of themselves, asked again and again. */
export const useHealth = (): UseQueryResult<ServiceHealth[]> =>
  useQuery({
    queryKey: ['admin', 'health'],
    queryFn: async () => (await answer(api.GET('/api/admin/health'))).items,
    refetchInterval: config.poll.offline,
  })

/** The limits that the services keep, with what is used of them, asked again and again. */
export const useLimits = (): UseQueryResult<ServiceLimits[]> =>
  useQuery({
    queryKey: ['admin', 'limits'],
    queryFn: async () => (await answer(api.GET('/api/admin/limits'))).items,
    refetchInterval: config.poll.offline,
  })

export type LetterState = DeadLetter['state']

/** Messages that could not be handled, newest first. */
export const useDeadLetters = (state: LetterState | undefined): List<DeadLetter> =>
  useList([...letters, 'list', state], (page) =>
    answer(api.GET('/api/admin/dead-letters', { params: { query: { ...page, ...omitEmpty({ state }) } } })),
  )

/** One of them with what was in it. */
export const useDeadLetter = (id: string): UseQueryResult<DeadLetterDetail> =>
  useQuery({
    queryKey: [...letters, 'one', id],
    queryFn: () =>
      answer(api.GET('/api/admin/dead-letters/{letter_id}', { params: { path: { letter_id: id } } })),
  })

export type LetterDecision = 'redrive' | 'discard'

function decide(id: string, decision: LetterDecision): Promise<DeadLetter> {
  const params = { params: { path: { letter_id: id } } }
  switch (decision) {
    case 'redrive':
      return answer(api.POST('/api/admin/dead-letters/{letter_id}/redrive', params))
    case 'discard':
      return answer(api.POST('/api/admin/dead-letters/{letter_id}/discard', params))
  }
}

/** Puts a letter back to its topic, or sets it aside. */
export function useDecideLetter(id: string): UseMutationResult<DeadLetter, Error, LetterDecision> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (decision) => decide(id, decision),
    onSettled: () => client.invalidateQueries({ queryKey: letters }),
  })
}
