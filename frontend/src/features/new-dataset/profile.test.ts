import { describe, expect, it } from 'vitest'

import { somePreview } from '@/testing/previews'

import { buyersIn, customersByOrders, medianRange, ordersByValue, startsOf } from './profile'

const { profile } = somePreview()

describe('the profile of customers', () => {
  it('counts them by their orders, the last with so many or more', () => {
    const { labels, counts, total } = customersByOrders(profile)
    expect(labels).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10+'])
    expect(counts.slice(0, 3)).toEqual([2, 2, 1])
    expect(total).toBe(5)
    expect(buyersIn(profile)).toBe('3 of 5 customers order at all')
  })

  it('counts orders by ranges of money, in the currency', () => {
    const values = ordersByValue(profile)
    expect(values.labels).toEqual(['€10.00 to €20.00', '€20.00 to €50.00', '€50.00 to €100.00'])
    expect(startsOf(profile)).toEqual(['10', '20', '50', '100'])
    expect(medianRange(values)).toBe('€20.00 to €50.00')
  })

  it('knows currencies without minor units', () => {
    const yen = { ...profile, currency: 'JPY' }
    expect(startsOf(yen).map((start) => start.toLowerCase())).toEqual(['1k', '2k', '5k', '10k'])
    expect(ordersByValue(yen).labels[0]).toBe('JP¥1,000 to JP¥2,000')
  })

  it('has no values without orders', () => {
    const none = { ...profile, value_bounds: [], orders_by_value: [] }
    expect(medianRange(ordersByValue(none))).toBeNull()
  })
})
