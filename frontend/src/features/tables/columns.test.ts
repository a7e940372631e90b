import { describe, expect, it } from 'vitest'

import { someColumn } from '@/testing/datasets'

import { exportUrl } from './api'
import { isNumeric, readable } from './columns'

describe('columns', () => {
  it.each([
    ['integer', true],
    ['money', true],
    ['decimal', true],
    ['text', false],
    ['id', false],
  ] as const)('of type %s stand to the right: %s', (type, right) => {
    expect(isNumeric(someColumn({ type }))).toBe(right)
  })

  it.each([
    ['money', 129_900, 'US$1,299.00'],
    ['integer', 12_000, '12,000'],
    ['date', '1990-01-02', '2 Jan 1990'],
    ['boolean', false, 'no'],
    ['decimal', '4.50', '4.50'],
    ['string', '12000', '12000'],
    ['money', null, null],
  ] as const)('of type %s are read for people: %s', (type, value, words) => {
    expect(readable(someColumn({ type }), value, 'USD')).toBe(words)
  })

  it('name the zone of a time, and the amount alone where no currency is known', () => {
    const time = readable(someColumn({ type: 'timestamp' }), '2026-01-02T03:04:05.000Z', 'USD')
    expect(time).toMatch(/2026 at \d\d:04:05 \S+$/)
    expect(readable(someColumn({ type: 'money' }), 5, null)).toBe('5')
  })
})

describe('the address of an export', () => {
  it('carries the filters and escapes names', () => {
    const selection = { sort: 'id', q: '', filters: [{ column: 'a', operator: 'gt', value: '1&2' }] } as const
    expect(exportUrl('d/1', 'users', selection, 'parquet')).toBe(
      '/api/datasets/d%2F1/tables/users/export?sort=id&a__gt=1%262&format=parquet',
    )
  })
})
