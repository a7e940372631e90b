import { describe, expect, it } from 'vitest'

import { nearest, notches } from './slider'

describe('a slider whose steps grow', () => {
  it('goes over round numbers from one bound to the other', () => {
    expect(notches(1, 40)).toEqual([1, 2, 3, 5, 7, 10, 15, 20, 30, 40])
    expect(notches(1, 100_000_000).at(-1)).toBe(100_000_000)
  })

  it('stands at the notch nearest by ratio', () => {
    expect(nearest([1, 10, 100], 4)).toBe(1)
    expect(nearest([1, 10, 100], 2)).toBe(0)
  })
})
