import { describe, expect, it } from 'vitest'

import {
  addressOf,
  addressOfRow,
  ariaSort,
  nextSort,
  openRowFrom,
  searchOf,
  selectionFrom,
  withFilter,
} from './selection'

describe('a selection of rows', () => {
  it.each(['', 'sort=-placed_at', 'q=ada', 'status=paid&total__gte=100&total__lt=900', 'sort=id&q=a+b&id=1'])(
    'comes back from the address as it went there: %s',
    (address) => {
      expect(searchOf(selectionFrom(new URLSearchParams(address))).toString()).toBe(address)
    },
  )

  it('shares its address with the open row, which is no filter', () => {
    const search = new URLSearchParams('sort=id&status=paid&row=o-1')
    expect(openRowFrom(search)).toBe('o-1')
    expect(searchOf(selectionFrom(search)).toString()).toBe('sort=id&status=paid')
    expect(addressOf(selectionFrom(search), 'o-2').toString()).toBe('sort=id&status=paid&row=o-2')
    expect(addressOf(selectionFrom(search), null).toString()).toBe('sort=id&status=paid')
    expect(addressOfRow('id', 'u&1').toString()).toBe('id=u%261&row=u%261')
  })

  it('takes one filter of a column and operator, in the place of the one before', () => {
    const [from, to] = [
      { column: 'total', operator: 'gte', value: '1' },
      { column: 'total', operator: 'lte', value: '9' },
    ] as const
    expect(withFilter([from], to)).toEqual([from, to])
    expect(withFilter([from, to], { ...from, value: '2' })).toEqual([{ ...from, value: '2' }, to])
  })

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
