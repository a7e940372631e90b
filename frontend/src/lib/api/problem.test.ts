import { describe, expect, it } from 'vitest'

import type { ApiError } from './problem'
import { fieldMessage, messageOf, problemFrom } from './problem'

const answered = (status: number, body: unknown, headers: Record<string, string> = {}): ApiError =>
  problemFrom(new Response(null, { status, statusText: 'Odd', headers }), body)

describe('problem details', () => {
  it('take the detail as message and name the fields as people know them', () => {
    const error = answered(422, {
      title: 'Not valid',
      detail: 'The spec is not valid.',
      errors: [
        { field: 'spec.customers', message: 'Too many.' },
        { field: 'body.spec.orders.items', message: 'Too large.' },
        { field: 'user_name', message: 'Too short.' },
        { nonsense: true },
      ],
    })
    expect(messageOf(error)).toBe('The spec is not valid.')
    expect(error.fields.map(({ field }) => field)).toEqual(['customers', 'orders.items', 'user_name'])
    expect(fieldMessage(error, 'customers')).toBe('Too many.')
    expect(fieldMessage(error, 'seed')).toBeUndefined()
  })

  it('survive answers that are no problem details', () => {
    expect(messageOf(answered(502, '<html>'))).toBe('Odd')
    expect(messageOf(answered(500, null))).toBe('Odd')
    expect(answered(422, { title: 'Not valid', errors: 'no' }).fields).toEqual([])
  })

  it('tell what else the answer said', () => {
    expect(answered(409, { detail: 'Another is open.', stream_id: 's1' }).more.stream_id).toBe('s1')
    expect(answered(409, '<html>').more).toEqual({})
  })

  it('say when to try again', () => {
    expect(messageOf(answered(429, { detail: 'Slow down.' }, { 'retry-after': '7' }))).toContain('7 s')
    expect(messageOf(answered(429, { detail: 'Slow down.' }))).toBe('Slow down.')
  })

  it('say plainly when the network is away', () => {
    expect(messageOf(new TypeError('Failed to fetch'))).toContain('cannot be reached')
    expect(messageOf('odd')).toBe('Something went wrong.')
  })
})
