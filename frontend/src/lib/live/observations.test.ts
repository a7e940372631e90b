// @vitest-environment jsdom

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { config } from '@/config'
import { someJob } from '@/testing/jobs'

import {
  addPoint,
  forgetObservations,
  keepObservations,
  observationOf,
  observe,
  restoreObservations,
  useObservations,
  type Observation,
} from './observations'

const pointsOf = (id: string): readonly Observation[] => useObservations.getState().jobs[id]?.points ?? []

const seen = (version: number, rows: number, rate: number): void =>
  observe(someJob({ id: 'a', version, rows_done: rows, rows_per_second: rate }))

describe('what is seen of a job', () => {
  beforeEach(forgetObservations)
  afterEach(() => vi.useRealTimers())

  it('is its rows and, by the server’s own clock, the seconds spent on them', () => {
    expect(observationOf({ rows_done: 500, rows_per_second: 50 })).toEqual({ seconds: 10, rows: 500 })
  })

  it.each([
    [0, 50],
    [500, null],
    [500, 0],
  ])('is nothing with %j rows at %j a second', (rows_done, rows_per_second) => {
    expect(observationOf({ rows_done, rows_per_second })).toBeNull()
  })

  it('grows with each newer state, and leaves late and repeated ones out', () => {
    seen(1, 100, 50)
    seen(3, 300, 50)
    seen(2, 200, 50)
    seen(3, 999, 50)
    expect(pointsOf('a')).toEqual([
      { seconds: 2, rows: 100 },
      { seconds: 6, rows: 300 },
    ])
  })

  it('begins anew when rows fall, as those of an append that is retried do', () => {
    seen(1, 100, 50)
    seen(2, 200, 50)
    observe(someJob({ id: 'a', version: 3, state: 'queued', rows_done: 0, rows_per_second: null }))
    expect(pointsOf('a')).toEqual([])
    seen(4, 10, 2)
    expect(pointsOf('a')).toEqual([{ seconds: 5, rows: 10 }])
  })

  it('leaves rows out that come while the time does not run', () => {
    seen(1, 100, 50)
    const paused = { id: 'a', state: 'paused', phase: null } as const
    observe(someJob({ ...paused, version: 2, rows_done: 400, rows_per_second: 200 }))
    seen(3, 500, 125)
    expect(pointsOf('a')).toEqual([
      { seconds: 2, rows: 100 },
      { seconds: 4, rows: 200 },
    ])
  })

  it('does not change where neither rows nor seconds rose', () => {
    const before = [{ seconds: 2, rows: 200 }]
    expect(addPoint(before, { seconds: 3, rows: 200 })).toBe(before)
    expect(addPoint(before, { seconds: 2, rows: 300 })).toBe(before)
  })

  it('stays bounded, and keeps its first and its newest point', () => {
    let points: readonly Observation[] = []
    for (let second = 1; second <= 5_000; second += 1)
      points = addPoint(points, { seconds: second, rows: second * 10 })
    expect(points.length).toBeLessThanOrEqual(config.observations.ofJob)
    expect(points.length).toBeGreaterThan(config.observations.ofJob / 3)
    expect([points[0]?.seconds, points.at(-1)?.seconds]).toEqual([1, 5_000])
  })

  it('is kept of the newest jobs only', () => {
    for (let number = 0; number <= config.observations.jobs; number += 1)
      observe(someJob({ id: `job ${number}` }))
    expect(Object.keys(useObservations.getState().jobs)).toHaveLength(config.observations.jobs)
    expect(pointsOf('job 0')).toEqual([])
    expect(pointsOf(`job ${config.observations.jobs}`)).toHaveLength(1)
  })

  it('notes when rows last rose', () => {
    vi.useFakeTimers({ now: 1_000 })
    seen(1, 100, 50)
    vi.setSystemTime(9_000)
    seen(2, 100, 40)
    expect(useObservations.getState().jobs.a?.roseAt).toBe(1_000)
    seen(3, 200, 40)
    expect(useObservations.getState().jobs.a?.roseAt).toBe(9_000)
  })
})

describe('what is seen of jobs over a reload', () => {
  beforeEach(forgetObservations)
  afterEach(forgetObservations)

  const reload = (): void => {
    keepObservations()
    useObservations.setState({ jobs: {} })
    restoreObservations()
  }

  it('is there again', () => {
    seen(1, 100, 50)
    reload()
    expect(pointsOf('a')).toEqual([{ seconds: 2, rows: 100 }])
    seen(2, 300, 50)
    expect(pointsOf('a')).toHaveLength(2)
  })

  it('is gone after it was forgotten, as at sign-out', () => {
    seen(1, 100, 50)
    keepObservations()
    forgetObservations()
    restoreObservations()
    expect(pointsOf('a')).toEqual([])
  })

  it.each(['{', 'null', '[]', '{"a": 1}', '{"a": {"version": 1, "roseAt": 1, "points": [{"rows": "x"}]}}'])(
    'is nothing where %s was kept',
    (kept) => {
      window.sessionStorage.setItem('cartload.observations', kept)
      restoreObservations()
      expect(useObservations.getState().jobs).toEqual({})
    },
  )

  it('is nothing where the browser keeps nothing', () => {
    const denied = (): never => {
      throw new Error('denied')
    }
    vi.stubGlobal('sessionStorage', { getItem: denied, setItem: denied, removeItem: denied })
    seen(1, 100, 50)
    expect(reload).not.toThrow()
    expect(forgetObservations).not.toThrow()
  })
})
