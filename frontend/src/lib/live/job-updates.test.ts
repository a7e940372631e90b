import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import type { Job } from '@/lib/api/types'
import { someJob } from '@/testing/jobs'

import { coalesceJobs, type JobUpdates } from './job-updates'
import { forgetJobs, mergeJob } from './jobs-store'

describe('the updates of jobs', () => {
  let passed: [string, number][]
  let updates: JobUpdates
  const say = (version: number, changes: Partial<Job> = {}): void =>
    updates.push(someJob({ id: 'a', version, ...changes }))

  beforeEach(() => {
    vi.useFakeTimers()
    forgetJobs()
    passed = []
    updates = coalesceJobs((job) => {
      passed.push([job.id, job.version])
      mergeJob(job)
    }, 250)
  })
  afterEach(() => {
    updates.stop()
    vi.useRealTimers()
  })

  it('are passed on at once when a job is new or turns to something else', () => {
    say(1)
    say(2, { phase: 'indexing' })
    say(3, { phase: 'indexing', waiting_for: 'writer' })
    say(4, { state: 'completed', phase: null })
    expect(passed.map(([, version]) => version)).toEqual([1, 2, 3, 4])
  })

  it('are passed on four times a second when only rows are counted on, the newest of each job', () => {
    say(1)
    updates.push(someJob({ id: 'b', version: 1 }))
    for (let version = 2; version <= 51; version += 1) {
      say(version)
      updates.push(someJob({ id: 'b', version }))
      vi.advanceTimersByTime(20)
    }
    expect(passed.filter(([id]) => id === 'a').map(([, version]) => version)).toEqual([1, 14, 27, 40])
    vi.advanceTimersByTime(250)
    expect(passed.slice(-2)).toEqual([
      ['a', 51],
      ['b', 51],
    ])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('keep the newer of two that come in the wrong order', () => {
    say(1)
    say(3)
    say(2)
    vi.advanceTimersByTime(250)
    expect(passed).toEqual([
      ['a', 1],
      ['a', 3],
    ])
  })

  it('pass on what waited before a turn, in order', () => {
    say(1)
    say(2)
    say(3, { state: 'paused', phase: null })
    expect(passed.map(([, version]) => version)).toEqual([1, 2, 3])
    vi.advanceTimersByTime(250)
    expect(passed).toHaveLength(3)
  })

  it('are forgotten when they are stopped', () => {
    say(1)
    say(2)
    updates.stop()
    vi.advanceTimersByTime(250)
    expect(passed).toHaveLength(1)
  })
})
