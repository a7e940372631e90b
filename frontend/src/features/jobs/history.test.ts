import { describe, expect, it } from 'vitest'

import { someEvent } from '@/testing/jobs'

import { entriesOf } from './history'

const wordsOf = (...names: string[]): string[] =>
  entriesOf(names.map((event) => someEvent({ event })))
    .map(({ words }) => words)
    .toReversed()

describe('the history of a job', () => {
  it('is told newest first, in sentences', () => {
    const [newest, oldest] = entriesOf([
      someEvent({ event: 'created' }),
      someEvent({ event: 'failed', detail: 'Full.' }),
    ])
    expect(newest).toMatchObject({ words: 'Failed.', kind: 'trouble', detail: 'Full.' })
    expect(oldest).toMatchObject({ words: 'The job was accepted.', kind: 'progress', detail: null })
  })

  it('counts attempts', () => {
    const entries = entriesOf(
      ['created', 'failed', 'retried', 'generating'].map((event) => someEvent({ event })),
    )
    expect(entries.map(({ attempt }) => attempt)).toEqual([2, 2, 1, 1])
  })

  it('tells going on from beginning', () => {
    const begins = 'Began to generate and store rows.'
    const goesOn = 'Went on to generate and store rows.'
    expect(wordsOf('generating', 'paused', 'resumed', 'generating')).toEqual([
      begins,
      'Paused; chunks on their way were still to finish.',
      'Resumed: waits for its turn.',
      goesOn,
    ])
    expect(wordsOf('generating', 'retried', 'generating').at(-1)).toBe(begins)
  })

  it.each([
    ['indexing', 'What is stored gets its indexes and foreign keys.'],
    ['checking', 'Indexes are there.'],
    ['cancel_requested', 'Asked to cancel.'],
  ])('does not say of a cancelled job that all is stored and checked (%s)', (event, words) => {
    const [entry] = entriesOf([someEvent({ event, state: 'cancelling', phase: null })])
    expect(entry?.words).toBe(words)
  })

  it('shows a word that it does not know as it is', () => {
    expect(wordsOf('moved_away')).toEqual(['Moved away.'])
  })
})
