import { expect, it } from 'vitest'

import { isUuid, randomUuid } from './uuid'

it('makes version 4 UUIDs, each another one', () => {
  const made = Array.from({ length: 50 }, randomUuid)
  for (const uuid of made) {
    expect(isUuid(uuid)).toBe(true)
    expect(uuid).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  }
  expect(new Set(made).size).toBe(made.length)
})

it.each(['17', 'o-1', '', '0193c0de-0000-7000-8000-00000000000', 'x0193c0de-0000-7000-8000-000000000002'])(
  'knows what is none: %s',
  (text) => {
    expect(isUuid(text)).toBe(false)
  },
)
