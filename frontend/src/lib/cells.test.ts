import { describe, expect, it } from 'vitest'

import { cellText } from './cells'

describe('a stored value as text', () => {
  it.each([
    [null, null],
    [undefined, null],
    ['', ''],
    ['null', 'null'],
    [0, '0'],
    [-1.5, '-1.5'],
    [false, 'false'],
    [[], '[]'],
    [{ de: ['a', null] }, '{"de":["a",null]}'],
  ])('of %j is %j', (value, text) => {
    expect(cellText(value)).toBe(text)
  })
})
