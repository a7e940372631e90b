import { describe, expect, it } from 'vitest'

import { presetsOf, settingsOf } from './spec-schema'

const schema = {
  $defs: {
    Event: { properties: { name: { type: 'string' }, month: { type: 'integer', minimum: 1, maximum: 12 } } },
    Season: {
      properties: {
        week: { type: 'array', minItems: 2, maxItems: 2, items: { type: 'integer', minimum: 1 } },
        events: { type: 'array', maxItems: 20, items: { $ref: '#/$defs/Event' } },
      },
    },
  },
  properties: {
    seed: { type: 'integer', title: 'Seed', default: 1, minimum: 0, exclusiveMaximum: 100 },
    ids: { enum: ['uuid', 'integer'], default: 'uuid', description: 'Kind of keys.' },
    start: { type: 'string', format: 'date' },
    as_of: { anyOf: [{ type: 'string', format: 'date-time' }, { type: 'null' }], default: null },
    products: { anyOf: [{ type: 'integer', maximum: 9 }, { type: 'null' }], default: null },
    locales: {
      type: 'object',
      propertyNames: { enum: ['en_US', 'de_DE'] },
      additionalProperties: { type: 'integer', minimum: 1 },
    },
    season: { $ref: '#/$defs/Season', description: 'When.' },
  },
  presets: { tiny: { customers: 100 }, broken: 7 },
}

describe('the settings of a schema', () => {
  const settings = settingsOf(schema)
  const named = (path: string): unknown => settings.find((one) => one.path === path)

  it('are all its leaves, by their kinds', () => {
    expect(settings.map(({ path, kind }) => [path, kind])).toEqual([
      ['seed', 'number'],
      ['ids', 'choice'],
      ['start', 'date'],
      ['as_of', 'moment'],
      ['products', 'number'],
      ['locales', 'weights'],
      ['season.week', 'numbers'],
      ['season.events', 'list'],
    ])
  })

  it('have their bounds, defaults and choices through references', () => {
    expect(named('seed')).toMatchObject({ label: 'Seed', least: 0, most: 99, initial: 1, whole: true })
    expect(named('ids')).toMatchObject({ choices: ['uuid', 'integer'], description: 'Kind of keys.' })
    expect(named('products')).toMatchObject({ nullable: true, most: 9, initial: null })
    expect(named('locales')).toMatchObject({ keys: ['en_US', 'de_DE'], rule: { whole: true, least: 1 } })
    expect(named('season.week')).toMatchObject({ count: 2 })
    expect(named('season.events')).toMatchObject({
      longest: 20,
      items: [{ path: 'name' }, { path: 'month' }],
    })
  })

  it('are none in a document that is no schema', () => {
    expect(settingsOf({ properties: 7 })).toEqual([])
    expect(presetsOf({ presets: 7 })).toEqual([])
  })

  it('come with presets', () => {
    expect(presetsOf(schema)).toEqual([{ name: 'tiny', spec: { customers: 100 } }])
  })
})
