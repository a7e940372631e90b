import { describe, expect, it } from 'vitest'

import { allItems, byCursor, omitEmpty } from './pages'

describe('lists in pages', () => {
  it('are read on while there is a cursor', () => {
    expect(byCursor.getNextPageParam({ next: 'c2' })).toBe('c2')
    expect(byCursor.getNextPageParam({ next: null })).toBeUndefined()
    expect(byCursor.getNextPageParam({})).toBeUndefined()
  })

  it('are one list in the order of their pages', () => {
    const pages = [{ items: [1, 2] }, { items: [] }, { items: [3] }]
    expect(allItems({ pages, pageParams: [] })).toEqual([1, 2, 3])
    expect(allItems(undefined)).toEqual([])
  })

  it('leave out of the address what is not set, but not zero', () => {
    expect(omitEmpty({ a: undefined, b: '', c: 0, d: 'x' })).toEqual({ c: 0, d: 'x' })
  })
})
