import { beforeEach, describe, expect, it } from 'vitest'

import { someJob } from '@/testing/jobs'

import { forgetJobs, mergeJob, latest, setLiveStatus, useLiveJobs } from './jobs-store'

const held = (id: string): number | undefined => useLiveJobs.getState().jobs[id]?.rows_done

describe('the store of live jobs', () => {
  beforeEach(forgetJobs)

  it('keeps the newest version, whatever the order of arrival', () => {
    const states = [2, 1, 4, 3, 4].map((version) => someJob({ id: 'a', version, rows_done: version * 10 }))
    states.forEach(mergeJob)
    expect(held('a')).toBe(40)
  })

  it('does not change when nothing is newer, so that nothing is drawn again', () => {
    mergeJob(someJob({ id: 'a', version: 3 }))
    const before = useLiveJobs.getState().jobs
    mergeJob(someJob({ id: 'a', version: 3, rows_done: 999 }))
    expect(useLiveJobs.getState().jobs).toBe(before)
  })

  it('keeps jobs apart', () => {
    mergeJob(someJob({ id: 'a', version: 9, rows_done: 1 }))
    mergeJob(someJob({ id: 'b', version: 1, rows_done: 2 }))
    expect([held('a'), held('b')]).toEqual([1, 2])
  })

  it('forgets everything at sign-out', () => {
    mergeJob(someJob())
    setLiveStatus('live')
    forgetJobs()
    expect(useLiveJobs.getState()).toEqual({ status: 'connecting', jobs: {} })
  })

  it('picks the newer of what was fetched and what was heard', () => {
    const fetched = someJob({ version: 5 })
    expect(latest(fetched, undefined)).toBe(fetched)
    expect(latest(fetched, someJob({ version: 4 }))).toBe(fetched)
    expect(latest(fetched, someJob({ version: 6 })).version).toBe(6)
  })
})
