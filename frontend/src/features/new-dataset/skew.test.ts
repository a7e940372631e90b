import { describe, expect, it } from 'vitest'

import { isSkew, sharesByTenth } from './skew'

describe('shares by tenth', () => {
  it('are equal without skew', () => {
    for (const share of sharesByTenth('skew.products', 0)) expect(share).toBeCloseTo(0.1)
  })

  it('fall from the best tenth on and add up to the whole', () => {
    const shares = sharesByTenth('skew.products', 1)
    expect(shares).toEqual([...shares].sort((one, other) => other - one))
    expect(shares.reduce((total, one) => total + one, 0)).toBeCloseTo(1)
    // The harmonic numbers of 10 and of 100.
    expect(shares[0]).toBeCloseTo(2.92897 / 5.18738, 4)
  })

  it('are known of skews only', () => {
    expect(isSkew('skew.products')).toBe(true)
    expect(isSkew('growth')).toBe(false)
  })
})
