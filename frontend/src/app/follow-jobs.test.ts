import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { config } from '@/config'
import { useLiveJobs } from '@/lib/live/jobs-store'
import { useObservations } from '@/lib/live/observations'
import { useRates } from '@/lib/live/stream-rates'
import { streamKey } from '@/lib/live/streams-cache'
import { clearSession, setSession } from '@/lib/session/store'
import { someJob } from '@/testing/jobs'
import { someStream } from '@/testing/streams'

import { followJobs } from './follow-jobs'

const user = { id: 'u1', user_name: 'ada', role: 'customer' as const }
const session = (token: string): Parameters<typeof setSession>[0] => ({
  access_token: token,
  token_type: 'Bearer',
  expires_in: 900,
  user,
})

/** Connections as the browser would open them; the newest last. */
const opened: FakeWebSocket[] = []

class FakeWebSocket {
  readyState = 0
  readonly sent: string[] = []
  onopen: (() => void) | null = null
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  readonly url: string

  constructor(url: string) {
    this.url = url
    opened.push(this)
  }

  send(data: string): void {
    this.sent.push(data)
  }

  close(): void {
    this.readyState = 3
  }

  async accept(): Promise<void> {
    this.readyState = 1
    this.onopen?.()
    await vi.advanceTimersByTimeAsync(0)
    this.says({ type: 'ready' })
  }

  says(message: unknown): void {
    this.onmessage?.({ data: JSON.stringify(message) })
  }

  tokens(): unknown[] {
    return this.sent.map((text) => (JSON.parse(text) as { token: unknown }).token)
  }
}

const newest = (): FakeWebSocket => {
  const last = opened.at(-1)
  if (last === undefined) throw new Error('No connection was opened.')
  return last
}

/** Lets time pass on a connection that the server keeps alive. */
async function pass(milliseconds: number): Promise<void> {
  for (let left = milliseconds; left > 0; left -= 20_000) {
    await vi.advanceTimersByTimeAsync(Math.min(20_000, left))
    newest().says({ type: 'ping' })
  }
}

describe('following the jobs', () => {
  let client: QueryClient
  let stop: () => void
  let refreshes = 0

  beforeEach(() => {
    vi.useFakeTimers()
    refreshes = 0
    opened.length = 0
    vi.stubGlobal('WebSocket', FakeWebSocket)
    vi.stubGlobal(
      'window',
      Object.assign(new EventTarget(), { location: { origin: 'https://cartload.test' } }),
    )
    vi.stubGlobal('fetch', () => {
      refreshes += 1
      return Promise.resolve(Response.json(session(`token ${String(refreshes)}`)))
    })
    setSession(session('first'))
    client = new QueryClient()
    stop = followJobs(client)
  })

  afterEach(() => {
    stop()
    clearSession()
    client.clear()
    vi.unstubAllGlobals()
    vi.useRealTimers()
  })

  it('connects to this origin and proves who it is in the first message, never in the address', async () => {
    await newest().accept()
    expect(newest().url).toBe('wss://cartload.test/ws/jobs')
    expect(newest().tokens()).toEqual(['first'])
    expect(useLiveJobs.getState().status).toBe('live')
  })

  it('renews its token in time, on the same connection, again and again', async () => {
    await newest().accept()
    await pass(900_000 - config.renewBefore)
    expect(newest().tokens()).toEqual(['first', 'token 1'])
    await pass(900_000 - config.renewBefore)
    expect(newest().tokens()).toEqual(['first', 'token 1', 'token 2'])
    expect(opened).toHaveLength(1)
  })

  it('asks for lists again when a job appears or changes its state, not at every row', async () => {
    await newest().accept()
    const asked = vi.spyOn(client, 'invalidateQueries')
    newest().says({ type: 'job', job: someJob({ version: 1 }) })
    expect(asked).toHaveBeenCalled()
    asked.mockClear()
    newest().says({ type: 'job', job: someJob({ version: 2, rows_done: 300 }) })
    expect(asked).not.toHaveBeenCalled()
    newest().says({ type: 'job', job: someJob({ version: 3, state: 'completed', phase: null }) })
    expect(asked).toHaveBeenCalledWith({ queryKey: ['datasets'] })
    expect(useLiveJobs.getState().jobs[someJob().id]?.state).toBe('completed')
  })

  it('holds streams in their newest state, and asks for lists when one appears or changes state', async () => {
    await newest().accept()
    const asked = vi.spyOn(client, 'invalidateQueries')
    const { id } = someStream()
    newest().says({ type: 'stream', stream: someStream({ version: 1, events_sent: 1 }) })
    expect(asked).toHaveBeenCalledWith({ queryKey: ['streams', 'list'] })
    asked.mockClear()
    newest().says({ type: 'stream', stream: someStream({ version: 3, events_sent: 3 }) })
    newest().says({ type: 'stream', stream: someStream({ version: 2, events_sent: 2 }) })
    expect(asked).not.toHaveBeenCalled()
    expect(client.getQueryData(streamKey(id))).toEqual(someStream({ version: 3, events_sent: 3 }))
    expect(useRates.getState().streams[id]?.points).toHaveLength(2)
    newest().says({ type: 'stream', stream: someStream({ version: 4, state: 'paused' }) })
    expect(asked).toHaveBeenCalledWith({ queryKey: ['streams', 'list'] })
  })

  it('asks for jobs and streams after a gap, for they may have ended meanwhile', async () => {
    await newest().accept()
    const asked = vi.spyOn(client, 'invalidateQueries')
    newest().onclose?.({ code: 1006 })
    expect(useLiveJobs.getState().status).toBe('offline')
    window.dispatchEvent(new Event('online'))
    await newest().accept()
    expect(opened).toHaveLength(2)
    expect(asked).toHaveBeenCalledWith({ queryKey: ['jobs'] })
    expect(asked).toHaveBeenCalledWith({ queryKey: ['streams'] })
  })

  it('keeps how far jobs came over a reload of the page', async () => {
    const kept = new Map<string, string>()
    Object.assign(window, {
      sessionStorage: {
        getItem: (key: string) => kept.get(key) ?? null,
        setItem: (key: string, value: string) => kept.set(key, value),
        removeItem: (key: string) => kept.delete(key),
      },
    })
    await newest().accept()
    newest().says({ type: 'job', job: someJob() })
    const seen = useObservations.getState().jobs
    expect(seen[someJob().id]?.points).toEqual([{ seconds: 4, rows: 200 }])
    window.dispatchEvent(new Event('pagehide'))
    useObservations.setState({ jobs: {} })
    const stopAgain = followJobs(client)
    expect(useObservations.getState().jobs).toEqual(seen)
    stopAgain()
    expect(kept.size).toBe(0)
    expect(useObservations.getState().jobs).toEqual({})
  })

  it('forgets what was seen at sign-out', async () => {
    await newest().accept()
    newest().says({ type: 'job', job: someJob() })
    client.setQueryData(['jobs', 'one', 'a'], someJob())
    clearSession()
    stop()
    expect(useLiveJobs.getState().jobs).toEqual({})
    expect(client.getQueryData(['jobs', 'one', 'a'])).toBeUndefined()
  })
})
