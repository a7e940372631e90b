import { useMutation, type UseMutationResult } from '@tanstack/react-query'

import { answer, api } from '@/lib/api/client'
import { broadcastSignOut } from '@/lib/session/channel'
import { clearSession, setSession } from '@/lib/session/store'

export interface Credentials {
  user_name: string
  password: string
}

async function signIn(body: Credentials): Promise<void> {
  setSession(await answer(api.POST('/api/auth/login', { body })))
}

async function signUp(body: Credentials): Promise<void> {
  await answer(api.POST('/api/auth/register', { body }))
  await signIn(body)
}

/** Signs in; the session store knows the rest. */
export const useSignIn = (): UseMutationResult<void, Error, Credentials> =>
  useMutation({ mutationFn: signIn })

/** Makes an account and signs in with it. */
export const useSignUp = (): UseMutationResult<void, Error, Credentials> =>
  useMutation({ mutationFn: signUp })

/** Signs out here and in every tab, even when the server cannot be told. */
export async function signOut(): Promise<void> {
  await fetch('/api/auth/logout', { method: 'POST' }).catch(() => undefined)
  broadcastSignOut()
  clearSession()
}
