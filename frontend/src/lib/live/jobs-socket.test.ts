import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { config } from '@/config'
import type { Job, Stream } from '@/lib/api/types'
import { someJob } from '@/testing/jobs'
import { someStream } from '@/testing/streams'

import { JobsSocket } from './jobs-socket'
import type { LiveStatus } from './jobs-store'

/** A connection that a test plays the server of. */
class FakeSocket {
  readyState = 0
  readonly sent: unknown[] = []
  closed = false
  onopen: (() => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null

  send(data: string): void {
    this.sent.push(JSON.parse(data))
  }

  close(): void {
    this.closed = true
    this.readyState = 3
  }

  async open(): Promise<void> {
    this.readyState = 1
    this.onopen?.()
    await vi.advanceTimersByTimeAsync(0)
  }

  says(message: unknown): void {
    this.onmessage?.({ data: typeof message === 'string' ? message : JSON.stringify(message) })
  }

  hangsUp(code: number): void {
    this.readyState = 3
    this.onclose?.({ code })
  }
}

interface Stage {
  socket: JobsSocket
  opened: FakeSocket[]
  jobs: Job[]
  streams: Stream[]
  statuses: LiveStatus[]
  renewals: number
  token: string | null
}

function stage(): Stage {
  const all: Omit<Stage, 'socket'> = {
    opened: [],
    jobs: [],
    streams: [],
    statuses: [],
    renewals: 0,
    token: 'one',
  }
  const socket = new JobsSocket({
    open: () => {
      const fake = new FakeSocket()
      all.opened.push(fake)
      return fake as unknown as WebSocket
    },
    token: () => Promise.resolve(all.token),
    renewToken: () => {
      all.renewals += 1
      return Promise.resolve()
    },
    onJob: (job) => all.jobs.push(job),
    onStream: (stream) => all.streams.push(stream),
    onStatus: (status) => all.statuses.push(status),
    random: () => 0.999999,
  })
  return Object.assign(all, { socket })
}

const at = (all: Stage, index: number): FakeSocket => {
  const found = all.opened[index]
  if (found === undefined) throw new Error(`Connection ${String(index)} was never opened.`)
  return found
}

describe('JobsSocket', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  it('authenticates in its first message, and is live once the server is ready', async () => {
    const all = stage()
    all.socket.start()
    await at(all, 0).open()
    expect(at(all, 0).sent).toEqual([{ type: 'authenticate', token: 'one' }])
    expect(all.statuses).toEqual(['connecting'])
    at(all, 0).says({ type: 'ready' })
    expect(all.statuses).toEqual(['connecting', 'live'])
  })

  it('passes jobs and streams on, and ignores pings, unknown messages and garbage', async () => {
    const all = stage()
    all.socket.start()
    await at(all, 0).open()
    const job = someJob({ rows_done: 5 })
    const stream = someStream()
    const known = [
      { type: 'job', job },
      { type: 'stream', stream },
    ]
    for (const message of [{ type: 'ping' }, { type: 'news' }, '{', ...known]) at(all, 0).says(message)
    expect(all.jobs).toEqual([job])
    expect(all.streams).toEqual([stream])
  })

  it('proves itself again on the same connection when asked to', async () => {
    const all = stage()
    all.socket.start()
    await at(all, 0).open()
    all.token = 'two'
    await all.socket.authenticate()
    expect(at(all, 0).sent.at(-1)).toEqual({ type: 'authenticate', token: 'two' })
    expect(all.opened).toHaveLength(1)
  })

  it('says nothing without a token', async () => {
    const all = stage()
    all.token = null
    all.socket.start()
    await at(all, 0).open()
    expect(at(all, 0).sent).toEqual([])
  })

  it('reconnects with doubling waits, up to the longest', async () => {
    const all = stage()
    all.socket.start()
    const waits: number[] = []
    for (let attempt = 0; attempt < 8; attempt += 1) {
      at(all, attempt).hangsUp(1006)
      const before = Date.now()
      while (all.opened.length === attempt + 1) await vi.advanceTimersByTimeAsync(100)
      waits.push(Date.now() - before)
    }
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000])
  })

  it('starts over with short waits after it was live', async () => {
    const all = stage()
    all.socket.start()
    at(all, 0).hangsUp(1006)
    await vi.advanceTimersByTimeAsync(500)
    await at(all, 1).open()
    at(all, 1).says({ type: 'ready' })
    at(all, 1).hangsUp(1012)
    await vi.advanceTimersByTimeAsync(500)
    expect(all.opened).toHaveLength(3)
    expect(all.statuses).toEqual(['connecting', 'offline', 'live', 'offline'])
  })

  it('gets a new token before it reconnects when the last was refused', async () => {
    const all = stage()
    all.socket.start()
    at(all, 0).hangsUp(4401)
    await vi.advanceTimersByTimeAsync(500)
    expect(all.renewals).toBe(1)
    expect(all.opened).toHaveLength(2)
  })

  it('waits long when there are too many connections', async () => {
    const all = stage()
    all.socket.start()
    at(all, 0).hangsUp(4429)
    await vi.advanceTimersByTimeAsync(config.backoff.rateLimited - 1_000)
    expect(all.opened).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(all.opened).toHaveLength(2)
  })

  it('hangs up and reconnects when the server falls silent', async () => {
    const all = stage()
    all.socket.start()
    await at(all, 0).open()
    await vi.advanceTimersByTimeAsync(config.silenceLimit - 1)
    at(all, 0).says({ type: 'ping' })
    await vi.advanceTimersByTimeAsync(config.silenceLimit - 1)
    expect(at(all, 0).closed).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(at(all, 0).closed).toBe(true)
    await vi.advanceTimersByTimeAsync(500)
    expect(all.opened).toHaveLength(2)
  })

  it('reconnects at once when told that the network is back', () => {
    const all = stage()
    all.socket.start()
    at(all, 0).hangsUp(1006)
    all.socket.reconnectNow()
    expect(all.opened).toHaveLength(2)
    all.socket.reconnectNow()
    expect(all.opened).toHaveLength(2)
  })

  it('stays away after it was stopped', async () => {
    const all = stage()
    all.socket.start()
    at(all, 0).hangsUp(1006)
    all.socket.stop()
    all.socket.reconnectNow()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(all.opened).toHaveLength(1)
  })
})
