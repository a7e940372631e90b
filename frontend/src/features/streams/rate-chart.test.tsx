// @vitest-environment jsdom

import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'

import type { Stream } from '@/lib/api/types'
import type { RatePoint } from '@/lib/live/stream-rates'
import { someStream } from '@/testing/streams'

import { RateChart } from './rate-chart'

const points: RatePoint[] = [
  { at: 1_000, rate: 10 },
  { at: 3_000, rate: 100 },
  { at: 5_000, rate: 0 },
]
const show = (changes: Partial<Stream> = {}, seen = points): ReturnType<typeof render> =>
  render(<RateChart stream={someStream(changes)} points={seen} />)

afterEach(cleanup)

describe('the chart of events a second', () => {
  it('counts pauses into its mean, and says the rate that is pointed at', () => {
    const { container } = show()
    expect(
      screen.getByRole('img', { name: 'Throughput: mean 50 events/s, highest 100 events/s' }),
    ).toBeTruthy()
    const surface = container.querySelector('rect[fill=transparent]')
    if (surface === null) throw new Error('There is nothing to point at.')
    fireEvent.pointerMove(surface, { clientX: 1 })
    expect(screen.getByText('0:00 to 0:02: 100 events/s')).toBeTruthy()
    fireEvent.pointerLeave(surface)
    expect(screen.getByText('Mean 50 events/s, highest 100 events/s')).toBeTruthy()
  })

  it.each([
    [{}, [], /^The chart begins with the first events/],
    [
      { state: 'paused' },
      [
        { at: 0, rate: 0 },
        { at: 9_000, rate: 0 },
      ],
      /^The chart begins/,
    ],
    [{ state: 'failed', started_at: null }, [], /^Its course was not watched in this tab/],
    [
      { state: 'stopped', finished_at: '2026-01-05T09:30:51.000Z' },
      [],
      /^100 events\/s on average\. Its course/,
    ],
  ] as const)('is words where nothing came (%j)', (changes, seen, words) => {
    show(changes, [...seen])
    expect(screen.getByText(words)).toBeTruthy()
    expect(screen.queryByRole('img')).toBeNull()
  })
})
