import { describe, expect, it } from 'vitest'

import { skews } from '@/testing/engine-numbers.json'

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

  // To the half per cent that the plot tells: the engine's weights are whole numbers, at least 1.
  it.each(skews.map((one) => [one.path, one.exponent, one] as const))(
    'for %s of %d are the engine’s',
    (path, exponent, { shares }) => {
      const found = isSkew(path) ? sharesByTenth(path, exponent) : []
      for (const [place, share] of shares.entries()) expect(found[place]).toBeCloseTo(share, 2)
    },
  )

  it('are known of skews only', () => {
    expect(isSkew('skew.products')).toBe(true)
    expect(isSkew('growth')).toBe(false)
  })
})
