// @vitest-environment jsdom

import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { forgetObservations, observe } from '@/lib/live/observations'
import { someJob } from '@/testing/jobs'

import { Sparkline } from './sparkline'
import { sparklineOf } from './sparkline-path'

describe('the path of a sparkline', () => {
  const size = { width: 100, height: 22 }

  it('goes from edge to edge, each step as long as its time and as high as its rate', () => {
    const steps = [
      { from: 10, to: 12, rate: 50 },
      { from: 12, to: 20, rate: 100 },
    ]
    expect(sparklineOf(steps, size)).toEqual({
      line: 'M0 11V11H20V1H100',
      area: 'M0 11V11H20V1H100V22H0Z',
    })
  })

  it('lies at the bottom where nothing came', () => {
    expect(sparklineOf([{ from: 0, to: 1, rate: 0 }], size).line).toBe('M0 21V21H100')
  })
})

describe('the sparkline of a job', () => {
  beforeEach(forgetObservations)
  afterEach(cleanup)
  const seen = (version: number, rows: number, seconds: number): void =>
    observe(someJob({ version, rows_done: rows, rows_per_second: rows / seconds }))

  it('is drawn once two stretches of time were seen, and says what it shows', () => {
    seen(1, 100, 1)
    seen(2, 300, 3)
    render(<Sparkline job={someJob()} />)
    expect(screen.queryByRole('img')).toBeNull()
    act(() => seen(3, 1_100, 5))
    expect(screen.getByRole('img', { name: 'Throughput: now 250 rows/s, highest 400 rows/s' })).toBeTruthy()
  })
})
