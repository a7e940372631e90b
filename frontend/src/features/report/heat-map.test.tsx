// @vitest-environment jsdom

import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'

import { darkness, HeatMap, largestOf, type Grid } from './heat-map'

const grid: Grid = {
  title: 'Orders',
  xLabel: 'hour',
  yLabel: 'weekday',
  x: ['0', '1'],
  y: ['Mon', 'Tue'],
  values: [
    [4, 0],
    [2, null],
  ],
  format: (value) => `${String(value)} orders`,
  note: '',
}

describe('numbers by row and column', () => {
  afterEach(cleanup)

  it('are drawn as cells, the larger the darker, each with its words', () => {
    render(<HeatMap grid={grid} />)
    const drawn = screen.getByRole('img', { name: 'Orders' })
    const filled = [...drawn.querySelectorAll('rect.fill-accent')].map((cell) =>
      Number(cell.getAttribute('fill-opacity')),
    )
    expect(filled).toEqual([1, 0, darkness(2, 4)])
    expect([...drawn.querySelectorAll('title')].map((title) => title.textContent)).toEqual([
      'Mon, hour 0: 4 orders',
      'Mon, hour 1: 0 orders',
      'Tue, hour 0: 2 orders',
    ])
  })

  it('that are small can still be told from nothing, and nothing has no largest', () => {
    expect(darkness(0, 100)).toBe(0)
    expect(darkness(1, 1_000_000)).toBeGreaterThan(0.05)
    expect(darkness(0, 0)).toBe(0)
    expect(largestOf({ ...grid, values: [[null, null]] })).toBe(0)
  })
})
