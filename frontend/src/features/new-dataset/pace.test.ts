import { describe, expect, it } from 'vitest'

import { someJob } from '@/testing/jobs'

import { paceOf } from './pace'

const job = (rows_done: number, seconds: number | null): ReturnType<typeof someJob> =>
  someJob({
    rows_done,
    started_at: '2026-01-02T03:04:00.000Z',
    finished_at: seconds === null ? null : new Date(Date.UTC(2026, 0, 2, 3, 4, seconds)).toISOString(),
  })

describe('the pace of earlier jobs', () => {
  it('is that of the fastest', () => {
    expect(paceOf([job(40_000, 8), job(100_000, 10), job(30_000, 30)])).toBe(10_000)
  })

  it('is not known from small jobs, unfinished ones, or none', () => {
    expect(paceOf([])).toBeNull()
    expect(
      paceOf([job(1_000, 1), job(50_000, null), job(50_000, 0), someJob({ started_at: null })]),
    ).toBeNull()
  })
})
