import { describe, expect, it } from 'vitest'

import { someDataset } from '@/testing/datasets'

import { curlOf, firstDraft, idIn, pythonOf, requestOf, windowOf, wrongIn, type Draft } from './request'

const draft = (changes: Partial<Draft>): Draft => ({ ...firstDraft, ...changes })
const window = { start: '2024-01-01T00:00:00', end: '2025-12-31T23:59:59' }
const live = { preset: '60', typed: '' }

describe('the request for a stream', () => {
  it('leaves out what the server takes by default', () => {
    expect(requestOf(firstDraft, 'd1')).toEqual({ dataset_id: 'd1' })
  })

  it('has all that is chosen, in UTC', () => {
    const chosen = draft({
      topics: ['ecommerce-orders'],
      rows: 'some',
      tables: ['users'],
      from: '2025-01-01T00:00',
      until: '2025-12-01T00:00:30',
      liveFrom: '2025-11-28T00:00',
      speed: live,
      rateLimit: '5,000',
      ownTopics: true,
    })
    expect(requestOf(chosen, 'd1')).toEqual({
      dataset_id: 'd1',
      topics: ['ecommerce-orders', 'ecommerce-cdc.users'],
      from: '2025-01-01T00:00:00Z',
      until: '2025-12-01T00:00:30Z',
      live_from: '2025-11-28T00:00:00Z',
      speed: 60,
      rate_limit: 5_000,
      own_topics: true,
    })
  })

  it('has no clock without a speed, and all tables as a pattern', () => {
    expect(
      requestOf(draft({ topics: [], rows: 'all', tables: ['users'], liveFrom: '2025-11-28T00:00' }), 'd1'),
    ).toEqual({
      dataset_id: 'd1',
      topics: ['ecommerce-cdc.*'],
    })
  })
})

describe('what is wrong with it', () => {
  it.each([
    [{}, {}],
    [{ topics: [] }, { topics: 'Choose at least one topic.' }],
    [{ rows: 'some' }, { topics: 'Choose at least one table.' }],
    [{ topics: [], rows: 'all' }, {}],
    [{ speed: { preset: 'other', typed: '0' } }, { speed: 'Enter a number from 1 to 3,600.' }],
    [{ rateLimit: '0' }, { rate_limit: 'Enter a number from 1 to 1,000,000, or nothing.' }],
    [{ rateLimit: 'many' }, { rate_limit: 'Enter a number from 1 to 1,000,000, or nothing.' }],
    [{ rateLimit: '1 000' }, {}],
    [{ from: '2023-12-31T23:59' }, { from: 'Choose a moment of the dataset’s time.' }],
    [{ until: '2026-01-01T00:00' }, { until: 'Choose a moment of the dataset’s time.' }],
    [
      { from: '2025-02-01T00:00', until: '2025-01-01T00:00' },
      { until: 'Choose a moment after the beginning.' },
    ],
    [{ liveFrom: '2030-01-01T00:00', speed: live }, { live_from: 'Choose a moment of the dataset’s time.' }],
    [{ liveFrom: '2030-01-01T00:00' }, {}],
  ] as const)('%j: %j', (changes, wrong) => expect(wrongIn(draft(changes), window)).toEqual(wrong))

  it('is for the server to say where the window is not known', () => {
    expect(wrongIn(draft({ from: '1950-01-01T00:00' }), null)).toEqual({})
  })
})

describe('the time of a dataset', () => {
  it('is its window, until the moment that it is shown as of', () => {
    const spec = { window: { start: '2024-01-01', end: '2025-12-31' } }
    expect(windowOf(someDataset({ spec }))).toEqual(window)
    const early = { ...spec, as_of: '2025-06-30T12:00:00Z' }
    expect(windowOf(someDataset({ spec: early }))?.end).toBe('2025-06-30T12:00:00')
    expect(windowOf(someDataset())).toBeNull()
  })
})

describe('the request as code', () => {
  const request = requestOf(draft({ speed: live, ownTopics: true }), 'd1')

  it('is a command', () => {
    expect(curlOf(request, 'http://shop')).toContain('curl -s http://shop/api/streams')
    expect(curlOf(request, 'http://shop')).toContain(`-d '{"dataset_id":"d1","speed":60,"own_topics":true}'`)
  })

  it('is a program', () => {
    const program = pythonOf(request, 'http://shop')
    expect(program).toContain('"http://shop/api/streams"')
    expect(program).toContain('    "speed": 60,\n    "own_topics": True,\n}')
  })
})

it('what stands in the way has an id, if it is told', () => {
  expect(idIn({ stream_id: 's1' }, 'stream_id')).toBe('s1')
  expect(idIn({ job_id: null }, 'job_id')).toBeNull()
})
