import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { currentToken, freshToken, refreshSession, restoreSession } from './refresh'
import { clearSession, setSession, useSession } from './store'

const user = { id: 'u1', user_name: 'ada', role: 'customer' as const }

const session = (token: string, expiresIn = 900): Response =>
  Response.json({ access_token: token, token_type: 'Bearer', expires_in: expiresIn, user })

/** A server that answers each refresh with the next of these. */
function server(...answers: (() => Promise<Response>)[]): { calls: () => number } {
  let calls = 0
  vi.stubGlobal('fetch', () => {
    const next = answers[Math.min(calls, answers.length - 1)]
    calls += 1
    return next?.() ?? Promise.reject(new TypeError('Failed to fetch'))
  })
  return { calls: () => calls }
}

const signedIn = (token: string, expiresIn: number): void =>
  setSession({ access_token: token, token_type: 'Bearer', expires_in: expiresIn, user })

describe('the session', () => {
  beforeEach(() => clearSession())
  afterEach(() => vi.unstubAllGlobals())

  it('is restored by the cookie at load', async () => {
    server(() => Promise.resolve(session('fresh')))
    await restoreSession()
    expect(useSession.getState()).toMatchObject({
      status: 'signed-in',
      token: 'fresh',
      user: { user_name: 'ada' },
    })
  })

  it('is nobody’s when the cookie is refused', async () => {
    server(() => Promise.resolve(new Response(null, { status: 401 })))
    await restoreSession()
    expect(useSession.getState()).toMatchObject({ status: 'anonymous', token: null })
  })

  it.each([
    ['the network is away', () => Promise.reject(new TypeError('Failed to fetch'))],
    ['the server is broken', () => Promise.resolve(new Response(null, { status: 503 }))],
  ])('is not given up when %s', async (_, answer) => {
    server(answer)
    await restoreSession()
    expect(useSession.getState().status).toBe('unreachable')
  })

  it('is renewed once for callers at the same time', async () => {
    const { calls } = server(() => Promise.resolve(session('fresh')))
    await Promise.all([refreshSession(), refreshSession(), freshToken()])
    expect(calls()).toBe(1)
    await refreshSession()
    expect(calls()).toBe(2)
  })

  it('is renewed before a token is used that is about to end', async () => {
    const { calls } = server(() => Promise.resolve(session('fresh')))
    signedIn('good', 900)
    expect(await freshToken()).toBe('good')
    expect(calls()).toBe(0)
    signedIn('ending', 10)
    expect(await freshToken()).toBe('fresh')
    expect(calls()).toBe(1)
  })

  it('lends its old token when it cannot be renewed just now', async () => {
    server(() => Promise.reject(new TypeError('Failed to fetch')))
    signedIn('ending', 10)
    expect(await freshToken()).toBe('ending')
    expect(currentToken()).toBe('ending')
  })
})
