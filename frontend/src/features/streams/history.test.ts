import { describe, expect, it } from 'vitest'

import { someStreamEvent } from '@/testing/streams'

import { entriesOf } from './history'

const told = (event: string, detail: string | null = null): string | undefined =>
  entriesOf([someStreamEvent({ event, detail })])[0]?.words

describe('the history of a stream', () => {
  it('is told newest first', () => {
    const entries = entriesOf([
      someStreamEvent({ event: 'created', at: '2026-01-05T09:30:00Z' }),
      someStreamEvent({ event: 'failed', detail: 'Out of memory.' }),
    ])
    expect(entries.map(({ kind, words, detail }) => [kind, words, detail])).toEqual([
      ['trouble', 'Failed.', 'Out of memory.'],
      ['progress', 'The stream was accepted.', null],
    ])
  })

  it('says which speed was asked for', () => {
    expect(told('speed', '600')).toBe('Asked for another speed: 600×.')
    expect(told('speed', 'max')).toBe('Asked for another speed: as fast as it goes.')
  })

  it('shows words that it does not know as they are', () => {
    expect(told('lease_lost')).toBe('Lease lost.')
  })
})
