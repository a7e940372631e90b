import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query'

import { toast } from '@/components/ui/toasts'
import { answer, api } from '@/lib/api/client'
import { problemFrom } from '@/lib/api/problem'
import type { SignedInPlace } from '@/lib/api/types'
import { useList, type List } from '@/lib/api/use-list'
import { broadcastSignOut } from '@/lib/session/channel'
import { clearSession, setSession } from '@/lib/session/store'

const key = ['sessions']

/** Where the account is signed in, newest first. */
export const useSessions = (): List<SignedInPlace> =>
  useList(key, (query) => answer(api.GET('/api/auth/sessions', { params: { query } })))

export function useEndSession(): UseMutationResult<unknown, Error, string> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id) =>
      answer(api.DELETE('/api/auth/sessions/{session_id}', { params: { path: { session_id: id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  })
}

export function useEndOtherSessions(): UseMutationResult<unknown, Error, void> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => answer(api.DELETE('/api/auth/sessions')),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  })
}

export interface PasswordChange {
  user_name: string
  password: string
  new_password: string
  personal_tokens: 'revoke' | 'keep'
}

async function changePassword(body: PasswordChange): Promise<void> {
  // Without the access token: a 401 means that the password is wrong, and must not renew the session and ask
  // a second time.
  const response = await fetch('/api/auth/password', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw problemFrom(response, await response.json().catch(() => undefined))
  // The change has ended every session, this one too.
  const credentials = { user_name: body.user_name, password: body.new_password }
  setSession(await answer(api.POST('/api/auth/login', { body: credentials })))
}

/** Changes the password and signs in with the new one. */
export function useChangePassword(): UseMutationResult<void, Error, PasswordChange> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: changePassword,
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: key }),
        client.invalidateQueries({ queryKey: ['tokens'] }),
      ]),
  })
}

/** Deletes the account of who is signed in, and signs out in every tab. */
export function useDeleteAccount(): UseMutationResult<unknown, Error, string> {
  return useMutation({
    mutationFn: (password) => answer(api.DELETE('/api/auth/account', { body: { password } })),
    // Said here and not by the form, which is gone with the session.
    onSuccess: () => {
      toast('Your account is deleted.')
      broadcastSignOut()
      clearSession()
    },
  })
}
