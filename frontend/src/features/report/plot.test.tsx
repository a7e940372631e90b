// @vitest-environment jsdom

import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'

import { someFigure } from '@/testing/reports'

import { Plot, powersOfTen, stepOfLabels } from './plot'

const numbersOf = (drawn: Element, selector: string, attribute: string): number[] =>
  [...drawn.querySelectorAll(selector)].map((one) => Number(one.getAttribute(attribute)))

describe('the picture of a figure', () => {
  afterEach(cleanup)

  it('has a bar for each value, as high as it is large, and a mark for each expected one', () => {
    render(<Plot figure={someFigure()} />)
    const drawn = screen.getByRole('img', { name: 'Orders by weekday' })
    const [most = 0, half = 0, none = 1] = numbersOf(drawn, 'rect', 'height')
    expect([half * 2, none]).toEqual([most, 0])
    expect(drawn.querySelectorAll('path.stroke-warn')).toHaveLength(3)
    for (const name of ['Mon', 'Tue', 'Wed']) expect(screen.getByText(name)).toBeTruthy()
  })

  it('names only as many bars as there is room for', () => {
    const x = Array.from({ length: 24 }, (_, hour) => `h${hour}`)
    render(<Plot figure={someFigure({ x, y: x.map(() => 1), expected: null })} />)
    expect(screen.getAllByText(/^h\d+$/)).toHaveLength(8)
  })

  it.each([
    [Array.from({ length: 24 }, () => '2024-01'), 300, 5],
    [Array.from({ length: 24 }, () => '1'), 2_000, 2],
    [['Mon', 'Tue'], 300, 1],
    [['a very long name', 'another very long name'], 50, 2],
  ])('draws each how manyth of %j in %d pixels', (labels, width, step) => {
    expect(stepOfLabels(labels, width)).toBe(step)
  })

  it('puts values that a law makes ten times smaller the same way lower each time', () => {
    const law = { x: [1, 10, 100], y: [1000, 100, 10], expected: [1000, 100, 10] }
    render(<Plot figure={someFigure({ kind: 'log_log', ...law })} />)
    const drawn = screen.getByRole('img')
    const [first = 0, second = 0, third = 0] = numbersOf(drawn, 'circle', 'cy')
    expect(second - first).toBeGreaterThan(10)
    expect(third - second).toBeCloseTo(second - first)
    expect(drawn.querySelector('path.stroke-warn')?.getAttribute('d')?.split('L')).toHaveLength(3)
  })

  it('is drawn where nothing was counted', () => {
    render(<Plot figure={someFigure({ y: [0, 0, 0], expected: null })} />)
    expect(numbersOf(screen.getByRole('img'), 'rect', 'height')).toEqual([0, 0, 0])
  })

  it('marks powers of ten on its axes', () => {
    expect(powersOfTen([0.1, 1000])).toEqual([0.1, 1, 10, 100, 1000])
  })
})
