import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { config } from '@/config'
import { someStream } from '@/testing/streams'

import { forgetRates, keepRates, observeRate, restoreRates, useRates, type RatePoint } from './stream-rates'

const id = someStream().id
const pointsOf = (stream = id): readonly RatePoint[] => useRates.getState().streams[stream]?.points ?? []

/** Sees the stream with a rate so many seconds after the beginning. */
function see(seconds: number, rate: number | null, version = seconds + 1): void {
  vi.setSystemTime(seconds * 1_000)
  observeRate(someStream({ version, events_per_second: rate }))
}

beforeEach(() => {
  vi.useFakeTimers()
  forgetRates()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('what is seen of the pace of streams', () => {
  it('is a rate at each newer state, none where it does not play', () => {
    see(0, 10)
    see(1, 30)
    see(2, 99, 2)
    see(3, null)
    expect(pointsOf()).toEqual([
      { at: 0, rate: 10 },
      { at: 1_000, rate: 30 },
      { at: 3_000, rate: 0 },
    ])
  })

  it('is thinned where it gets long, and tells of as many events as before', () => {
    const most = config.rates.ofStream
    for (let second = 0; second <= most; second += 1) see(second, second % 2 === 0 ? 10 : 30)
    const points = pointsOf()
    expect(points.length).toBeLessThan(most * 0.6)
    const events = points
      .slice(1)
      .reduce((sum, { at, rate }, place) => sum + rate * ((at - (points[place]?.at ?? 0)) / 1_000), 0)
    expect(events).toBeCloseTo(most * 20)
    expect(points.at(-1)?.at).toBe(most * 1_000)
  })

  it('is kept of so many streams, the newest', () => {
    for (let place = 0; place <= config.rates.streams; place += 1)
      observeRate(someStream({ id: `s${place}` }))
    expect(Object.keys(useRates.getState().streams)).toHaveLength(config.rates.streams)
    expect(pointsOf('s0')).toEqual([])
  })
})

describe('a reload', () => {
  const stored = new Map<string, string>()
  const useStorage = (): void =>
    void vi.stubGlobal('window', {
      sessionStorage: {
        getItem: (key: string) => stored.get(key) ?? null,
        setItem: (key: string, value: string) => stored.set(key, value),
        removeItem: (key: string) => stored.delete(key),
      },
    })
  beforeEach(() => stored.clear())

  it('goes on with what this tab saw before', () => {
    useStorage()
    see(1, 20)
    keepRates()
    useRates.setState({ streams: {} })
    restoreRates()
    expect(pointsOf()).toEqual([{ at: 1_000, rate: 20 }])
    forgetRates()
    expect(stored.size).toBe(0)
  })

  it.each(['{', 'null', '{"a":{"version":1}}', '{"a":{"version":1,"points":[{"at":"x","rate":1}]}}'])(
    'begins anew where %s was kept',
    (text) => {
      useStorage()
      stored.set('cartload.rates', text)
      restoreRates()
      expect(useRates.getState().streams).toEqual({})
    },
  )

  it('begins anew where nothing can be kept', () => {
    vi.stubGlobal('window', {})
    see(1, 20)
    expect(() => {
      keepRates()
      restoreRates()
      forgetRates()
    }).not.toThrow()
  })
})
