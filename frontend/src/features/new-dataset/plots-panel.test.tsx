// @vitest-environment jsdom

import { cleanup, render, screen, within } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'

import { openDetails } from '@/testing/details'
import { somePreview } from '@/testing/previews'

import { draftOf } from './draft'
import PlotsPanel from './plots-panel'
import { settingsOf, type Json } from './spec-schema'

/** Weights that rise by one. */
const rising = (count: number): Json => ({
  type: 'array',
  maxItems: count,
  items: { type: 'integer' },
  default: Array.from({ length: count }, (_, place) => place + 1),
})
const schema = {
  properties: {
    growth: { type: 'number', default: 1 },
    window: {
      properties: {
        start: { type: 'string', format: 'date', default: '2024-01-01' },
        end: { type: 'string', format: 'date', default: '2024-01-14' },
      },
    },
    season: { properties: { year: rising(12), week: rising(7), day: rising(24) } },
  },
}
const settings = settingsOf(schema)
const titles = (): (string | null)[] => screen.getAllByRole('heading').map((title) => title.textContent)

afterEach(cleanup)

describe('the plots of a new dataset', () => {
  it('are of its customers and of its demand, each with its numbers', () => {
    render(<PlotsPanel preview={somePreview()} draft={draftOf({})} settings={settings} />)
    expect(titles()).toEqual([
      'Orders per customer',
      'Order value',
      'Demand by day',
      'Demand by month',
      'Demand by weekday',
      'Demand by hour',
    ])
    expect(screen.getByText(/all of the first 5 customers, counted/)).toBeTruthy()
    expect(screen.getByText('Highest: Sunday, 175 % of the mean.')).toBeTruthy()
    expect(screen.getByText(/Highest on 2024-01-07, 175 % of a mean day\./)).toBeTruthy()
    expect(screen.queryAllByRole('table', { hidden: true })).toEqual([])
    openDetails()
    const table = screen.getByRole('table', { name: 'Numbers of orders per customer' })
    const cells = within(table).getAllByRole('cell')
    expect(cells.slice(0, 6).map((cell) => cell.textContent)).toEqual(['0', '2', '1', '2', '2', '1'])
  })

  it('leave out what is not known', () => {
    render(
      <PlotsPanel
        preview={undefined}
        draft={draftOf({ window: { end: '2023-01-01' } })}
        settings={settings}
      />,
    )
    expect(screen.queryAllByRole('heading')).toEqual([])
    expect(screen.getByText(/The plots of orders come with the first rows/)).toBeTruthy()
  })

  it('show no values where nobody orders', () => {
    const { profile } = somePreview()
    const silent = { ...profile, orders_per_customer: [5, 0], value_bounds: [], orders_by_value: [] }
    render(<PlotsPanel preview={somePreview({ profile: silent })} draft={draftOf({})} settings={settings} />)
    expect(titles()).not.toContain('Order value')
    expect(screen.getByText('0 of 5 customers order at all.')).toBeTruthy()
  })
})
