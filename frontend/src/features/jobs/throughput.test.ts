import { describe, expect, it } from 'vitest'

import { config } from '@/config'
import type { Observation, Observed } from '@/lib/live/observations'
import { someJob } from '@/testing/jobs'

import { courseOf, paceOf, recentRate, stepsOf, timeTicks } from './throughput'

const points = (...pairs: [number, number][]): Observation[] =>
  pairs.map(([seconds, rows]) => ({ seconds, rows }))

const observed = (course: Observation[], roseAt = 0): Observed => ({
  version: 1,
  rows: 0,
  aside: 0,
  points: course,
  roseAt,
})

describe('the course of a job', () => {
  it('begins with no rows, unless that is not known', () => {
    expect(courseOf(points([2, 100]), true)).toEqual(points([0, 0], [2, 100]))
    expect(courseOf(points([2, 100]), false)).toEqual(points([2, 100]))
    expect(courseOf([], true)).toEqual([])
  })

  it('has the mean rate between each two observations', () => {
    expect(stepsOf(points([0, 0], [2, 100], [4, 500]))).toEqual([
      { from: 0, to: 2, rate: 50 },
      { from: 2, to: 4, rate: 200 },
    ])
  })

  it('takes observations together that are too close for a rate', () => {
    expect(stepsOf(points([0, 0], [0.2, 900], [1, 1_000], [1.9, 1_010], [2, 1_500]))).toEqual([
      { from: 0, to: 1, rate: 1_000 },
      { from: 1, to: 2, rate: 500 },
    ])
  })

  it('lets what is left over belong to the last step, so that no row is lost', () => {
    const steps = stepsOf(points([0, 0], [1, 100], [2, 200], [2.5, 400]))
    expect(steps).toEqual([
      { from: 0, to: 1, rate: 100 },
      { from: 1, to: 2.5, rate: 200 },
    ])
    expect(stepsOf(points([0, 0], [0.5, 50]))).toEqual([{ from: 0, to: 0.5, rate: 100 }])
  })

  it('has no more steps than a picture can show, with all rows in them', () => {
    const course = Array.from({ length: 5_000 }, (_, place) => ({ seconds: place, rows: place * place }))
    const steps = stepsOf(course)
    expect(steps.length).toBeLessThanOrEqual(config.throughput.mostSteps)
    const rows = steps.reduce((sum, { from, to, rate }) => sum + (to - from) * rate, 0)
    expect(rows).toBeCloseTo(4_999 * 4_999)
  })

  it('has no steps before there are two observations', () => {
    expect(stepsOf([])).toEqual([])
    expect(stepsOf(points([5, 100]))).toEqual([])
  })
})

describe('the rate now', () => {
  it('is that of the last seconds, whatever was before', () => {
    expect(recentRate(points([0, 0], [100, 1_000_000], [105, 1_000_500], [110, 1_001_000]))).toBe(100)
  })

  it('is not known from one observation, or from too short a time', () => {
    expect(recentRate([])).toBeNull()
    expect(recentRate(points([5, 100]))).toBeNull()
    expect(recentRate(points([5, 100], [6, 900]))).toBeNull()
  })
})

describe('the pace of a job', () => {
  // Of 1,000 rows 200 are done, at 50 rows/s on average.
  const job = someJob()
  const fast = points([1, 100], [4, 400])

  it('is by what was seen of late', () => {
    expect(paceOf(job, observed(fast), 0)).toEqual({ rate: 100, secondsLeft: 8, silentSeconds: null })
  })

  it('is by the server’s mean until enough was seen', () => {
    expect(paceOf(job, undefined, 0)).toEqual({ rate: 50, secondsLeft: 16, silentSeconds: null })
    expect(paceOf(job, observed(points([4, 200])), 0).secondsLeft).toBe(16)
  })

  it.each([
    ['before there is a row', { rows_done: 0, rows_per_second: null }],
    ['while it waits for something', { waiting_for: 'Kafka, which does not answer' }],
    ['while it is paused', { state: 'paused', phase: null }],
    ['while it is queued', { state: 'queued', phase: null }],
    ['while it is indexed', { phase: 'indexing' }],
    ['after its end', { state: 'completed', phase: null }],
  ] as const)('is not told %s', (_, changes) => {
    const pace = paceOf(someJob(changes), undefined, 0)
    expect(pace).toEqual({ rate: null, secondsLeft: null, silentSeconds: null })
  })

  it('is not told once rows failed to come for a while; how long, is', () => {
    const late = config.throughput.silentAfter
    expect(paceOf(job, observed(fast), late - 1).rate).toBe(100)
    const pace = paceOf(job, observed(fast), late)
    expect(pace).toEqual({ rate: null, secondsLeft: null, silentSeconds: late / 1_000 })
  })

  it('never has less than no time left', () => {
    expect(paceOf(someJob({ rows_done: 1_100 }), undefined, 0).secondsLeft).toBe(0)
  })
})

describe('the times below the chart', () => {
  it('are round, and as many as there is room for', () => {
    expect(timeTicks(7, 8)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(timeTicks(100, 4)).toEqual([0, 30, 60, 90])
    expect(timeTicks(0.4, 8)).toEqual([0])
    expect(timeTicks(100 * 86_400, 5)).toHaveLength(6)
  })
})
