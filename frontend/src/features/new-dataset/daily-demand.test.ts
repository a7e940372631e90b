import { describe, expect, it } from 'vitest'

import { demands } from '@/testing/engine-numbers.json'

import { dailyDemand, type DemandSettings } from './daily-demand'

/** Expects numbers to be the engine's, which rounds what it writes to nine decimals. */
function expectEngines(found: readonly number[] | undefined, engines: readonly number[]): void {
  expect(found).toHaveLength(engines.length)
  for (const [place, share] of engines.entries()) expect(found?.[place]).toBeCloseTo(share, 7)
}

describe('the demand of each day', () => {
  it.each(demands.map((one) => [one.settings.window.start, one] as const))(
    'from %s on is the engine’s',
    (_, { settings, orders, signUps }) => {
      const found = dailyDemand(settings)
      expectEngines(found?.orders, orders)
      expectEngines(found?.signUps, signUps)
    },
  )

  it.each([
    ['2024-01-02', '2024-01-01'],
    ['2024-01-01', ''],
    ['0001-01-01', '9999-12-31'],
  ])('is none from %s to “%s”', (start, end) => {
    const settings = demands[0]?.settings as DemandSettings
    expect(dailyDemand({ ...settings, window: { start, end } })).toBeNull()
  })
})
