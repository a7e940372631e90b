import { describe, expect, it } from 'vitest'

import { ariaSort, nextSort, searchOf, selectionFrom } from './selection'

describe('a selection of rows', () => {
  it.each(['', 'sort=-placed_at', 'q=ada', 'status=paid&total__gte=100&total__lt=900', 'sort=id&q=a+b&id=1'])(
    'comes back from the address as it went there: %s',
    (address) => {
      expect(searchOf(selectionFrom(new URLSearchParams(address))).toString()).toBe(address)
    },
  )

  it('leaves out what it does not understand', () => {
    expect(selectionFrom(new URLSearchParams('total__near=1&a__gte__b=2')).filters).toEqual([])
  })

  it('is sorted up, then down, then not at all', () => {
    expect(nextSort(null, 'total')).toBe('total')
    expect(nextSort('total', 'total')).toBe('-total')
    expect(nextSort('-total', 'total')).toBeNull()
    expect(nextSort('-id', 'total')).toBe('total')
    expect(['total', '-total', 'id', null].map((sort) => ariaSort(sort, 'total'))).toEqual([
      'ascending',
      'descending',
      'none',
      'none',
    ])
  })
})
