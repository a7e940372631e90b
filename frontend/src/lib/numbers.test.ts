import { describe, expect, it } from 'vitest'

import { parseDecimal, parseWhole } from './numbers'

describe('numbers as people type them', () => {
  it.each(['10000', '10,000', ' 10 000 ', '10_000', "10'000"])('%s is ten thousand', (text) => {
    expect(parseWhole(text)).toBe(10_000)
  })

  it.each(['', 'many', '1.5', '1e3', '99999999999999999999'])('%s is no whole number', (text) => {
    expect(parseWhole(text)).toBeNull()
  })

  it('reads decimals with a point', () => {
    expect(parseDecimal(' 1.25 ')).toBe(1.25)
    expect(parseDecimal('.5')).toBe(0.5)
    expect(parseDecimal('1,25')).toBeNull()
  })
})
