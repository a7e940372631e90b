import { describe, expect, it } from 'vitest'

import { someEvent, someJob } from '@/testing/jobs'

import { attemptsOf, pausedSeconds, reachedStage, stagesOf } from './stages'

const at = (seconds: number): string => new Date(1_000 * seconds).toISOString()

const created = someEvent({ event: 'created', at: at(0), state: 'queued', phase: null })
const generating = someEvent({ event: 'generating', at: at(2) })
const indexing = someEvent({ event: 'indexing', at: at(10), phase: 'indexing' })
const checking = someEvent({ event: 'checking', at: at(14), phase: 'checking' })
const failed = (seconds: number): ReturnType<typeof someEvent> =>
  someEvent({ event: 'failed', at: at(seconds), state: 'failed', phase: null })

const shown = (...given: Parameters<typeof stagesOf>): unknown[] =>
  stagesOf(...given).map(({ standing, seconds }) => [standing, seconds])

describe('the stages of a job', () => {
  it('take the time from event to event; the one it is in goes on', () => {
    const job = someJob({ phase: 'indexing' })
    expect(shown(job, [created, generating, indexing], 13_000)).toEqual([
      ['done', 2],
      ['done', 8],
      ['now', 3],
      ['ahead', null],
    ])
  })

  it('are all done in the end, and no longer grow', () => {
    const job = someJob({ state: 'completed', phase: null, finished_at: at(15) })
    expect(shown(job, [created, generating, indexing, checking], 99_000)).toEqual([
      ['done', 2],
      ['done', 8],
      ['done', 4],
      ['done', 1],
    ])
  })

  it('leave pauses out, and add up what was before and after', () => {
    const events = [
      created,
      generating,
      someEvent({ event: 'paused', at: at(5), state: 'paused', phase: null }),
      someEvent({ event: 'resumed', at: at(65), state: 'queued', phase: null }),
      someEvent({ event: 'generating', at: at(66) }),
    ]
    expect(shown(someJob(), events, 70_000).slice(0, 2)).toEqual([
      ['done', 3],
      ['now', 7],
    ])
    expect(pausedSeconds(someJob(), events, 70_000)).toBe(60)
  })

  it('say where the job was paused', () => {
    const paused = someEvent({ event: 'paused', at: at(5), state: 'paused', phase: null })
    const job = someJob({ state: 'paused', phase: null })
    expect(shown(job, [created, generating, paused], 9_000)[1]).toEqual(['paused', 3])
    expect(pausedSeconds(job, [created, generating, paused], 9_000)).toBe(4)
  })

  it('say where the job failed', () => {
    const job = someJob({ state: 'failed', phase: null, finished_at: at(16) })
    expect(shown(job, [created, generating, indexing, checking, failed(16)], 99_000)).toEqual([
      ['done', 2],
      ['done', 8],
      ['done', 4],
      ['stopped', 2],
    ])
    expect(reachedStage(job, [created, failed(1)])).toBe('queued')
  })

  it('are those of the newest attempt', () => {
    const events = [
      created,
      generating,
      failed(4),
      someEvent({ event: 'retried', at: at(100), state: 'queued', phase: null }),
      someEvent({ event: 'generating', at: at(101) }),
    ]
    expect(attemptsOf(events)).toBe(2)
    expect(shown(someJob(), events, 104_000).slice(0, 2)).toEqual([
      ['done', 1],
      ['now', 3],
    ])
  })

  it('do not guess a time while the newest event is still on its way', () => {
    expect(shown(someJob({ phase: 'indexing' }), [created, generating], 50_000)).toEqual([
      ['done', 2],
      ['done', 0],
      ['now', null],
      ['ahead', null],
    ])
    expect(shown(someJob(), [], 50_000)[1]).toEqual(['now', null])
  })
})
