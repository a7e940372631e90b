import { describe, expect, it } from 'vitest'

import { draftOf } from './draft'
import { demandSettingsOf, seasonPlots } from './season-plots'
import { settingsOf, type Json } from './spec-schema'

const weights = (count: number) => ({
  type: 'array',
  minItems: count,
  maxItems: count,
  items: { type: 'integer', minimum: 1 },
  default: Array.from({ length: count }, () => 100),
})
const settings = settingsOf({
  properties: {
    growth: { type: 'number', default: 2 },
    window: {
      properties: {
        start: { type: 'string', format: 'date', default: '2024-01-01' },
        end: { type: 'string', format: 'date', default: '2024-02-29' },
      },
    },
    season: {
      properties: {
        year: weights(12),
        week: weights(7),
        day: weights(24),
        events: {
          type: 'array',
          default: [],
          items: { properties: { name: { type: 'string' }, month: { type: 'integer' } } },
        },
      },
    },
  },
})
const read = (spec: Json): ReturnType<typeof demandSettingsOf> => demandSettingsOf(draftOf(spec), settings)
const plots = (spec: Json): ReturnType<typeof seasonPlots> => seasonPlots(draftOf(spec), settings)

describe('the settings of demand', () => {
  it('are the defaults until something is set', () => {
    expect(read({})).toMatchObject({ window: { start: '2024-01-01', end: '2024-02-29' }, growth: 2 })
    expect(read({ growth: 3 })?.growth).toBe(3)
  })

  it('leave out an event that is not whole yet, and take one day for one that names no length', () => {
    const events = [{ name: 'x' }, { month: 1, day: 2, factor: 3 }, 7]
    expect(read({ season: { events } })?.season.events).toEqual([{ month: 1, day: 2, days: 1, factor: 3 }])
  })

  it.each([{ season: { year: [1] } }, { season: { week: 'x' } }, { window: { start: 1 } }, { growth: 'x' }])(
    'cannot be read from %j',
    (spec) => {
      expect(read(spec)).toBeNull()
    },
  )
})

describe('the plots of demand', () => {
  it('say how a day of each kind stands to the mean, events included', () => {
    const doubled = { month: 2, day: 1, days: 29, factor: 2 }
    const found = plots({ season: { events: [doubled] } })
    const [january, february, march] = found?.byMonth ?? []
    expect(january).toBeCloseTo((100 * 2) / 3)
    expect(february).toBeCloseTo((100 * 4) / 3)
    expect(march).toBeNull()
  })

  it('have the week and the day as they are weighted', () => {
    const found = plots({ season: { week: [100, 100, 100, 100, 100, 100, 800] } })
    expect(found?.byWeekday[6]).toBeCloseTo(400)
    expect(found?.byHour).toEqual(Array.from({ length: 24 }, () => 100))
  })

  it('are none without a window', () => {
    expect(plots({ window: { start: '2025-01-01', end: '2024-01-01' } })).toBeNull()
    expect(plots({ season: { day: [1] } })).toBeNull()
  })
})
