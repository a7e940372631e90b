import { expect, it } from 'vitest'

import { newTraceparent } from './trace'

it('begins another trace each time, as the standard writes it', () => {
  const [one, two] = [newTraceparent(), newTraceparent()]
  expect(one).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
  expect(one).not.toEqual(two)
})
