// @vitest-environment jsdom

import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'

import { cellText } from '@/lib/cells'

import { ValueTable } from './value-table'

describe('stored values', () => {
  afterEach(cleanup)

  it.each([
    [null, null],
    [undefined, null],
    ['', ''],
    [0, '0'],
    [false, 'false'],
    [{ a: [1] }, '{"a":[1]}'],
  ])('%j read as %j', (value, text) => {
    expect(cellText(value)).toBe(text)
  })

  it('stand below their columns, NULL by its name, numbers to the right', () => {
    render(
      <ValueTable
        label="Orders"
        columns={['status', 'total']}
        rows={[
          ['paid', null],
          ['', 7],
        ]}
      />,
    )
    expect(screen.getAllByRole('columnheader').map((head) => head.textContent)).toEqual(['status', 'total'])
    const cells = screen.getAllByRole('cell')
    expect(cells.map((cell) => cell.textContent)).toEqual(['paid', 'NULL', '', '7'])
    expect(cells.map((cell) => cell.className.includes('text-right'))).toEqual([false, true, false, true])
  })

  it('shorten UUIDs, which are whole for who copies or points at them', () => {
    const id = '0b8a3f5e-2d53-8b58-8f0f-1b0d5e6c7a92'
    render(<ValueTable label="Orders" columns={['id']} rows={[[id]]} />)
    expect(screen.getByRole('cell').textContent).toBe(id)
    expect(screen.getByTitle(id).lastChild?.textContent).toBe('5e6c7a92')
  })

  it('may be none', () => {
    render(<ValueTable label="Orders" columns={['status']} rows={[]} />)
    expect(screen.queryAllByRole('cell')).toEqual([])
    expect(screen.getByRole('columnheader', { name: 'status' })).toBeTruthy()
  })
})
