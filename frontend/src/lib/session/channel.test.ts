// @vitest-environment jsdom

import { beforeEach, describe, expect, it, vi } from 'vitest'

import { broadcastSignOut, listenForSignOut } from './channel'
import { setSession, useSession } from './store'

/** What a browser's channel does between its tabs, but at once. */
class FakeChannel {
  static readonly open = new Set<FakeChannel>()
  onmessage: ((event: { data: unknown }) => void) | null = null
  readonly name: string

  constructor(name: string) {
    this.name = name
    FakeChannel.open.add(this)
  }

  postMessage(data: unknown): void {
    for (const other of FakeChannel.open)
      if (other !== this && other.name === this.name) other.onmessage?.({ data })
  }

  close(): void {
    FakeChannel.open.delete(this)
  }
}

describe('signing out in one tab', () => {
  beforeEach(() => {
    FakeChannel.open.clear()
    vi.stubGlobal('BroadcastChannel', FakeChannel)
    setSession({
      access_token: 'token',
      token_type: 'Bearer',
      expires_in: 900,
      user: { id: 'u1', user_name: 'ada', role: 'customer' },
    })
  })

  it('signs out the others', () => {
    const stop = listenForSignOut()
    broadcastSignOut()
    expect(useSession.getState()).toMatchObject({ status: 'anonymous', token: null, user: null })
    stop()
  })

  it('reaches nobody who has stopped listening, and leaves no channel open', () => {
    listenForSignOut()()
    broadcastSignOut()
    expect(useSession.getState().status).toBe('signed-in')
    expect(FakeChannel.open.size).toBe(0)
  })

  it('is no trouble where browsers have no channels', () => {
    vi.stubGlobal('BroadcastChannel', undefined)
    listenForSignOut()()
    broadcastSignOut()
    expect(useSession.getState().status).toBe('signed-in')
  })
})
