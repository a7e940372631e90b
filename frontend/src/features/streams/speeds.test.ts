import { describe, expect, it } from 'vitest'

import { choiceOf, speedOf } from './speeds'

describe('a speed that is chosen', () => {
  it.each([1, 60, 3_600, 'max', 2.5, 1_800] as const)('%s is what it was made of', (speed) =>
    expect(speedOf(choiceOf(speed))).toBe(speed),
  )

  it('is a preset where there is one', () => {
    expect(choiceOf(60)).toEqual({ preset: '60', typed: '' })
    expect(choiceOf(61)).toEqual({ preset: 'other', typed: '61' })
  })

  it.each(['', 'fast', '0', '0.5', '3600.1', '-60', 'Infinity'])('is none when “%s” is typed', (typed) =>
    expect(speedOf({ preset: 'other', typed })).toBeNull(),
  )
})
