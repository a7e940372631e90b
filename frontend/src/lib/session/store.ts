import { create } from 'zustand'

import type { Session, User } from '@/lib/api/types'

export type SessionStatus = 'loading' | 'signed-in' | 'anonymous' | 'unreachable'

interface SessionState {
  status: SessionStatus
  user: User | null
  /** The access token lives in memory only; the refresh token is a cookie that scripts cannot read. */
  token: string | null
  /** When the access token ends, in milliseconds since the epoch. */
  expiresAt: number
}

const nobody = { user: null, token: null, expiresAt: 0 } as const

/** Who is signed in. */
export const useSession = create<SessionState>(() => ({ status: 'loading', ...nobody }))

/** Keeps a fresh answer of sign-in or refresh. */
export function setSession(session: Session, now: number = Date.now()): void {
  useSession.setState({
    status: 'signed-in',
    user: session.user,
    token: session.access_token,
    expiresAt: now + session.expires_in * 1000,
  })
}

/** Forgets who was signed in. */
export function clearSession(status: 'anonymous' | 'unreachable' = 'anonymous'): void {
  useSession.setState({ status, ...nobody })
}
