import { describe, expect, it } from 'vitest'

import { specFacts } from './spec-facts'

describe('a spec in short', () => {
  it('names what it has, formatted', () => {
    const spec = {
      seed: 7,
      ids: 'uuid',
      currency: 'EUR',
      window: { start: '2024-01-01', end: '2025-12-31' },
      locales: { de_DE: 2, fr_FR: 1 },
      orders: { per_customer: 2.5 },
    }
    expect(specFacts(spec)).toEqual([
      ['Days', '1 Jan 2024 – 31 Dec 2025'],
      ['Customers come from', '2 locales'],
      ['Currency', 'EUR'],
      ['Orders per customer', '2.5'],
      ['Ids', 'uuid'],
      ['Seed', '7'],
    ])
  })

  it('says nothing of what it has not, or has in another form', () => {
    expect(specFacts({})).toEqual([])
    expect(specFacts({ window: '2024', locales: ['de_DE'], orders: null, seed: { a: 1 } })).toEqual([])
  })
})
