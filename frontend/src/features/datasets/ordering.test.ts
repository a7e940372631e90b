import { describe, expect, it } from 'vitest'

import { someDataset } from '@/testing/datasets'

import { arrange, newestFirst, nextOrder, readOrder, writeOrder } from './ordering'

const pine = someDataset({ name: 'Pine', bytes: 5, created_at: '2026-01-01T00:00:00Z' })
const oak = someDataset({ name: 'oak', bytes: 9, created_at: '2026-01-03T00:00:00Z' })
const elm = someDataset({ name: 'Elm pine', bytes: 5, created_at: '2026-01-02T00:00:00Z' })
const all = [oak, elm, pine]
const names = (text: string, order: string): string[] =>
  arrange(all, text, readOrder(order)).map(({ name }) => name)

describe('the list of datasets', () => {
  it('is searched by name, whatever the case', () => {
    expect(names(' PINE ', '')).toEqual(['Elm pine', 'Pine'])
    expect(names('birch', '')).toEqual([])
  })

  it('is sorted by any column, equal ones as they came', () => {
    expect(names('', 'name')).toEqual(['Elm pine', 'oak', 'Pine'])
    expect(names('', '-files')).toEqual(['oak', 'Elm pine', 'Pine'])
    expect(names('', 'made')).toEqual(['Pine', 'Elm pine', 'oak'])
  })

  it('keeps its order in the address, newest first where that says nothing', () => {
    expect(readOrder('-rows')).toEqual({ column: 'rows', descending: true })
    for (const text of [null, '', 'toString', '-nothing']) expect(readOrder(text)).toEqual(newestFirst)
    expect(writeOrder({ column: 'rows', descending: true })).toBe('-rows')
  })

  it('turns round when a column is pressed again', () => {
    const rows = nextOrder(newestFirst, 'rows')
    expect(rows).toEqual({ column: 'rows', descending: true })
    expect(nextOrder(rows, 'rows')).toEqual({ column: 'rows', descending: false })
    expect(nextOrder(rows, 'name')).toEqual({ column: 'name', descending: false })
  })
})
