import { describe, expect, it } from 'vitest'

import { someColumn } from '@/testing/datasets'

import { exportUrl } from './api'
import { isNumeric, targetOf } from './columns'

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

  it('point to a table and its key, or to nothing', () => {
    expect(targetOf(someColumn({ references: 'users.id' }))).toEqual({ table: 'users', column: 'id' })
    expect(targetOf(someColumn({ references: 'users' }))).toBeNull()
    expect(targetOf(someColumn())).toBeNull()
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
