import { describe, expect, it } from 'vitest'

import {
  choose,
  draftOf,
  isChanged,
  readNumber,
  readNumbers,
  textOf,
  type,
  valueAt,
  valueOf,
  wrongIn,
} from './draft'
import { settingsOf, type Setting } from './spec-schema'

const schema = {
  $defs: { Orders: { properties: { items: { type: 'number', default: 2.2, minimum: 1, maximum: 10 } } } },
  properties: { name: { type: 'string', default: 'dataset' }, orders: { $ref: '#/$defs/Orders' } },
}
const [name, items] = settingsOf(schema) as [Setting, Setting]
const share = { whole: false, least: 0, most: 0.9 }

describe('a draft', () => {
  it('has the default until something is set', () => {
    const draft = draftOf({})
    expect(valueOf(draft, items)).toBe(2.2)
    expect(isChanged(draft, items)).toBe(false)
    expect(isChanged(draftOf({ orders: { items: 2.2 } }), items)).toBe(false)
    expect(isChanged(draftOf({ orders: { items: 3 } }), items)).toBe(true)
  })

  it('sets within what is there, and takes away what is left empty', () => {
    const draft = choose(draftOf({ orders: { returns: 1 } }), 'orders.items', 4)
    expect(draft.spec).toEqual({ orders: { returns: 1, items: 4 } })
    expect(choose(draft, 'orders.items', undefined).spec).toEqual({ orders: { returns: 1 } })
    expect(choose(draftOf({ orders: { items: 4 } }), 'orders.items', undefined).spec).toEqual({})
    expect(choose(draftOf({}), 'orders.items', null).spec).toEqual({ orders: { items: null } })
  })

  it('keeps the last good value beside a text that cannot be read', () => {
    const draft = type(draftOf({ name: 'a' }), 'name', 'name', 'bad', { message: 'No.' })
    expect(draft.spec).toEqual({ name: 'a' })
    expect(wrongIn(draft)).toEqual({ name: 'No.' })
    expect(valueOf(draft, name)).toBe('a')
    expect(wrongIn(choose(draft, 'name', 'b'))).toEqual({})
  })

  it('forgets what was typed inside of what is chosen anew', () => {
    const draft = type(draftOf({}), 'tax', 'tax.DE', 'x', { message: 'No.' })
    expect(wrongIn(choose(draft, 'tax', { DE: 1 }))).toEqual({})
    expect(wrongIn(choose(draft, 'ta', 1))).toEqual({ 'tax.DE': 'No.' })
  })

  it('survives a spec of another shape', () => {
    expect(valueAt({ orders: 7 }, 'orders.items')).toBeUndefined()
    expect(choose(draftOf({ orders: 7 }), 'orders.items', 4).spec).toEqual({ orders: { items: 4 } })
  })
})

describe('numbers', () => {
  it('are read within their bounds, which are named otherwise', () => {
    const rule = { whole: true, least: 1, most: 100_000_000 }
    expect(readNumber('20,000', rule)).toEqual({ value: 20_000 })
    expect(readNumber(' ', rule)).toEqual({ value: undefined })
    for (const text of ['0', '1.5', 'many', '100000001'])
      expect(readNumber(text, rule)).toEqual({ message: 'Enter a whole number from 1 to 100,000,000.' })
  })

  it('are shown and read in per cent without binary noise', () => {
    expect(textOf(0.07, 100)).toBe('7')
    expect(readNumber('7', share, 100)).toEqual({ value: 0.07 })
    expect(readNumber('12.34', share, 100)).toEqual({ value: 0.1234 })
    expect(readNumber('91', share, 100)).toEqual({ message: 'Enter a number from 0 to 90.' })
  })

  it('come in lists of a fixed length', () => {
    const rule = { whole: true, least: 1, most: 1_000 }
    expect(readNumbers('1, 2 3', 3, rule)).toEqual({ value: [1, 2, 3] })
    for (const text of ['1, 2', '1, 2, 3, 4', '1, 2, x', '0, 1, 2'])
      expect(readNumbers(text, 3, rule)).toEqual({ message: 'Enter 3 numbers, each from 1 to 1,000.' })
    const unbounded = { whole: false, least: null, most: null }
    expect(readNumbers('1, 2', 7, unbounded)).toEqual({ message: 'Enter 7 numbers.' })
  })
})
