import type { Stream, StreamEvent, StreamExpected } from '@/lib/api/types'

/** A stream for tests: it plays orders and payments live at 60 times, half of them sent, unless told otherwise. */
export function someStream(changes: Partial<Stream> = {}): Stream {
  return {
    id: '0193c0de-0000-7000-8000-00000000000a',
    dataset_id: '0193c0de-0000-7000-8000-000000000002',
    state: 'playing',
    goal: 'play',
    version: 3,
    stream_id: '5a14f1b0-9479-5307-a20f-d3dd78603b93',
    topics: [
      { topic: 'ecommerce-orders', name: 'ecommerce-orders' },
      { topic: 'ecommerce-payments', name: 'ecommerce-payments' },
    ],
    from: null,
    until: null,
    live_from: '2025-11-28T00:00:00Z',
    speed: 60,
    rate_limit: null,
    event_time: '2025-11-28T00:41:07.320000Z',
    events_total: 10_000,
    events_sent: 5_000,
    events_per_second: 31.5,
    seconds_slowed: 0,
    created_at: '2026-01-05T09:30:00.000Z',
    started_at: '2026-01-05T09:30:01.000Z',
    finished_at: null,
    error: null,
    waiting_for: null,
    ...changes,
  }
}

/** An event of a stream for tests: it began to play, unless told otherwise. */
export function someStreamEvent(changes: Partial<StreamEvent> = {}): StreamEvent {
  return {
    at: '2026-01-05T09:30:04.000Z',
    event: 'playing',
    version: 3,
    state: 'playing',
    detail: null,
    ...changes,
  }
}

/** What a stream adds up to, for tests. */
export const someExpected = (changes: Partial<StreamExpected> = {}): StreamExpected => ({
  as_of: '2025-11-28T00:41:07.320000Z',
  tables: { users: { rows: 2_500, row_hash: `${'0'.repeat(30)}2a` } },
  events: { 'ecommerce-orders': { order_created: 21_004, order_updated: 55_123 } },
  ...changes,
})
