import { config } from '@/config'
import type { Session } from '@/lib/api/types'

import { clearSession, setSession, useSession } from './store'

let running: Promise<boolean> | null = null

/** Tabs share one refresh cookie that changes at every use, so they take turns. */
async function oneTabAtATime<T>(work: () => Promise<T>): Promise<T> {
  if (!('locks' in navigator)) return work()
  return navigator.locks.request('cartload.refresh', work)
}

async function refresh(): Promise<boolean> {
  const response = await fetch('/api/auth/refresh', { method: 'POST' })
  if (response.ok) {
    setSession((await response.json()) as Session)
    return true
  }
  if (response.status >= 500 || response.status === 429) throw new Error('The session could not be renewed.')
  clearSession()
  return false
}

/**
 * Renews the access token by the refresh cookie; callers at the same time share one request.
 * Resolves to whether somebody is signed in. Rejects when the server cannot tell.
 */
export function refreshSession(): Promise<boolean> {
  running ??= oneTabAtATime(refresh).finally(() => {
    running = null
  })
  return running
}

/** The access token as it is, or null. */
export const currentToken = (): string | null => useSession.getState().token

/** An access token that lasts long enough to be used; null when nobody is signed in. */
export async function freshToken(): Promise<string | null> {
  const { token, expiresAt } = useSession.getState()
  if (token === null || expiresAt - Date.now() > config.tokenMargin) return token
  try {
    await refreshSession()
  } catch {
    return currentToken() // It may still be good; the answer to the request will tell.
  }
  return currentToken()
}

/** Finds out at load whether this browser is signed in. */
export async function restoreSession(): Promise<void> {
  useSession.setState({ status: 'loading' })
  try {
    await refreshSession()
  } catch {
    clearSession('unreachable')
  }
}
