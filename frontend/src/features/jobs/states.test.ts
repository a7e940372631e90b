import { describe, expect, it } from 'vitest'

import { someJob } from '@/testing/jobs'

import { summaryOf } from './job-progress'
import { actionsOf, isOver, jobStates, phaseOf } from './states'

describe('the states of a job', () => {
  it.each([
    ['queued', null, ['pause', 'cancel']],
    ['running', 'generating', ['pause', 'cancel']],
    ['running', null, ['pause', 'cancel']],
    ['running', 'indexing', []],
    ['running', 'checking', []],
    ['paused', null, ['resume', 'cancel']],
    ['cancelling', null, []],
    ['failed', null, ['retry']],
    ['completed', null, []],
    ['cancelled', null, []],
  ] as const)('%s, %s allows %j', (state, phase, actions) => {
    expect(actionsOf({ state, phase })).toEqual(actions)
  })

  it('end with completed, cancelled and failed', () => {
    expect(jobStates.filter((state) => isOver({ state }))).toEqual(['completed', 'cancelled', 'failed'])
  })

  it('have words', () => {
    expect(phaseOf({ state: 'running', phase: 'checking' })).toBe('Checking')
    expect(phaseOf({ state: 'running', phase: null })).toBe('Running')
    expect(phaseOf({ state: 'queued', phase: null })).toBe('Waiting to start')
  })
})

describe('what is read out', () => {
  it('says phase, share, rows and time left', () => {
    expect(summaryOf(someJob(), 16)).toBe('Making rows: 20%, 200 of 1,000 rows, about 16 s left.')
    expect(summaryOf(someJob(), null)).toBe('Making rows: 20%, 200 of 1,000 rows.')
  })

  it('says how it ended', () => {
    expect(summaryOf(someJob({ state: 'completed', phase: null, rows_done: 1_000 }), null)).toBe(
      'Completed. 1,000 of 1,000 rows.',
    )
  })
})
