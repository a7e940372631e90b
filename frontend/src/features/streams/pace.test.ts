import { describe, expect, it } from 'vitest'

import { config } from '@/config'
import { someStream } from '@/testing/streams'

import { meanOf, meanOfAll, stepsOf } from './pace'

const points = (...all: [seconds: number, rate: number][]) =>
  all.map(([seconds, rate]) => ({ at: 1_000_000 + seconds * 1_000, rate }))

describe('the course of a stream', () => {
  it('has a step from each point to the next, by the time since the first', () => {
    expect(stepsOf(points([0, 5], [2, 10], [5, 0]))).toEqual([
      { from: 0, to: 2, rate: 10 },
      { from: 2, to: 5, rate: 0 },
    ])
  })

  it('takes what is too short together', () => {
    expect(stepsOf(points([0, 5], [0.25, 10], [1, 30], [3, 7]))).toEqual([
      { from: 0, to: 1, rate: 25 },
      { from: 1, to: 3, rate: 7 },
    ])
    const long = points(...Array.from({ length: 1_000 }, (_, second): [number, number] => [second, 4]))
    const steps = stepsOf(long)
    expect(steps.length).toBeLessThanOrEqual(config.throughput.mostSteps)
    expect(steps.at(-1)?.to).toBe(999)
  })

  it('is none of one point, or of points of one moment', () => {
    expect(stepsOf([])).toEqual([])
    expect(stepsOf(points([0, 5]))).toEqual([])
    expect(stepsOf(points([0, 5], [0, 6]))).toEqual([])
  })
})

describe('the mean', () => {
  it('of what was seen is by time', () => {
    expect(meanOf(stepsOf(points([0, 0], [1, 40], [4, 0])))).toBe(10)
    expect(meanOf([])).toBeNull()
  })

  it('of all is known at the end', () => {
    expect(meanOfAll(someStream())).toBeNull()
    expect(meanOfAll(someStream({ finished_at: '2026-01-05T09:30:51.000Z' }))).toBe(100)
    expect(meanOfAll(someStream({ finished_at: '2026-01-05T09:30:01.000Z' }))).toBeNull()
  })
})
