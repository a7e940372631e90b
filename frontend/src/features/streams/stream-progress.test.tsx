// @vitest-environment jsdom

import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'

import type { Stream } from '@/lib/api/types'
import { someStream } from '@/testing/streams'

import { StreamProgress, summaryOf } from './stream-progress'

const progress = (changes: Partial<Stream> = {}) => <StreamProgress stream={someStream(changes)} />
const bar = (): HTMLProgressElement =>
  screen.getByRole<HTMLProgressElement>('progressbar', { name: 'Events sent' })
/** What is told below a name. */
const fact = (name: string): string | null | undefined =>
  screen.getByText(name, { selector: 'dt' }).nextElementSibling?.textContent

afterEach(cleanup)

describe('the progress of a stream', () => {
  it('has a bar and facts', () => {
    render(progress({ events_sent: 2_500 }))
    expect([bar().value, bar().max]).toEqual([2_500, 10_000])
    expect(fact('Events')).toBe('2,500 of 10,000')
    expect(fact('Rate now')).toBe('32 events/s')
    expect(fact('Speed')).toBe('60×')
    expect(fact('Clock held up')).toBe('never')
  })

  it('has no share while it is not known how many events there are', () => {
    render(progress({ state: 'preparing', events_sent: 0, events_total: null, event_time: null }))
    expect(screen.queryByTestId('percent')).toBeNull()
    expect(bar().position).toBeLessThan(0.01)
    expect(fact('Events')).toBe('0 of a number not known yet')
  })

  it('is full at the end, and not a moment before', () => {
    const { rerender } = render(progress({ events_sent: 9_999 }))
    expect(screen.getByTestId('percent').textContent).toBe('99%')
    rerender(progress({ state: 'ended', events_sent: 9_990, version: 4 }))
    expect(screen.getByTestId('percent').textContent).toBe('100%')
    expect(bar().position).toBe(1)
  })

  it('says at once what is wanted of it, but not every event', () => {
    const { rerender } = render(progress())
    expect(screen.getByRole('status').textContent).toContain('5,000 of 10,000 events')
    rerender(progress({ events_sent: 6_000, version: 4 }))
    expect(screen.getByTestId('events-sent').textContent).toBe('6,000')
    expect(screen.getByRole('status').textContent).toContain('5,000 of 10,000 events')
    rerender(progress({ events_sent: 6_100, goal: 'pause', version: 5 }))
    expect(screen.getByRole('status').textContent).toContain('Playing, pausing…: 6,100')
  })

  it.each([
    [{ seconds_slowed: 0.2 }, '1 s'],
    [{ seconds_slowed: 3_700 }, '1 h 1 min'],
    [{ speed: 'max', seconds_slowed: 0 }, 'no clock'],
    [{ speed: 'max', seconds_slowed: 75 }, '1 min 15 s'],
  ] as const)('says by how much the clock was held up (%j)', (changes, words) => {
    render(progress(changes))
    expect(fact('Clock held up')).toBe(words)
    expect(screen.queryByText(/has been held up/) !== null).toBe(changes.seconds_slowed > 0)
  })

  it('tells what is sent at once from what is live', () => {
    const { rerender } = render(progress({ event_time: '2025-11-27T12:00:00Z' }))
    expect(screen.getByText(/is sent at once\. Then the clock runs/)).toBeTruthy()
    rerender(progress({ version: 4 }))
    expect(screen.queryByText(/is sent at once/)).toBeNull()
  })
})

describe('a stream in one sentence', () => {
  it.each([
    [{}, 'Playing: 5,000 of 10,000 events, event time Fri, 28 Nov 2025, 00:41:07 UTC.'],
    [
      { state: 'queued', events_total: null, events_sent: 0, event_time: null },
      'Waiting for a player: 0 events, event time not begun.',
    ],
  ] as const)('%j', (changes, words) => expect(summaryOf(someStream(changes))).toBe(words))
})
