// @vitest-environment jsdom

import { cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'

import type { Table } from '@/lib/api/types'
import { someColumn, someTable } from '@/testing/datasets'

import { FilterBar } from './filter-bar'
import type { Selection } from './selection'

const nothing: Selection = { sort: null, q: '', filters: [] }
const paid = { column: 'status', operator: 'eq', value: 'paid' } as const
const dear = { column: 'total', operator: 'gte', value: '100' } as const

function show(selection: Selection = nothing, table: Table = someTable()): ReturnType<typeof vi.fn> {
  const onSelect = vi.fn()
  render(<FilterBar table={table} selection={selection} onSelect={onSelect} />)
  return onSelect
}
const form = (): HTMLElement => screen.getByRole('form', { name: 'Filter' })
const type = (label: string, value: string): void => {
  fireEvent.change(within(form()).getByLabelText(label), { target: { value } })
}

describe('the filters of a table', () => {
  afterEach(cleanup)

  it('offer neither search nor filter where no column allows it', () => {
    show(nothing, someTable({ columns: [someColumn()] }))
    expect(screen.queryByRole('search')).toBeNull()
    expect(screen.queryByRole('form')).toBeNull()
  })

  it('offer only columns that can be filtered', () => {
    show()
    const columns = within(within(form()).getByLabelText('Column')).getAllByRole('option')
    expect(columns.map((column) => column.textContent)).toEqual(['id', 'user_id', 'status'])
  })

  it('are added to those that are there', () => {
    const onSelect = show({ ...nothing, filters: [dear] })
    type('Column', 'status')
    type('Value', 'paid')
    fireEvent.submit(form())
    expect(onSelect.mock.calls).toEqual([[{ filters: [dear, paid] }]])
  })

  it('that compare a column the same way replace each other, so that none is asked twice', () => {
    const onSelect = show({ ...nothing, filters: [paid, dear] })
    type('Column', 'status')
    type('Value', 'shipped')
    fireEvent.submit(form())
    expect(onSelect.mock.calls).toEqual([[{ filters: [{ ...paid, value: 'shipped' }, dear] }]])
  })

  it('forget a value when another column is chosen, so that it is not asked of the wrong one', () => {
    const onSelect = show()
    type('Value', 'o-1')
    type('Column', 'user_id')
    expect(within(form()).getByLabelText('Value')).toHaveProperty('value', '')
    fireEvent.submit(form())
    expect(onSelect).not.toHaveBeenCalled()
  })

  it('are empty again for the next one, of the same column', () => {
    const onSelect = show()
    type('Column', 'user_id')
    type('Value', 'u-7')
    fireEvent.submit(form())
    expect(within(form()).getByLabelText('Value')).toHaveProperty('value', '')
    expect(within(form()).getByLabelText('Column')).toHaveProperty('value', 'user_id')
    fireEvent.submit(form())
    expect(onSelect).toHaveBeenCalledTimes(1)
  })

  it('do not take blanks for a value', () => {
    const onSelect = show()
    type('Value', '   ')
    fireEvent.submit(form())
    expect(onSelect).not.toHaveBeenCalled()
  })

  it('are taken away one by one, in words', () => {
    const onSelect = show({ ...nothing, filters: [paid, dear] })
    const list = within(screen.getByRole('list', { name: 'Filters' }))
    expect(list.getAllByRole('button').map((button) => button.getAttribute('aria-label'))).toEqual([
      'Remove filter status = paid',
      'Remove filter total ≥ 100',
    ])
    fireEvent.click(list.getByRole('button', { name: 'Remove filter status = paid' }))
    expect(onSelect.mock.calls).toEqual([[{ filters: [dear] }]])
  })

  it('search by what was typed, without the spaces around it, or by nothing', () => {
    const onSelect = show({ ...nothing, q: 'o-' })
    const field = screen.getByLabelText('Begins with (id)')
    expect(field).toHaveProperty('value', 'o-')
    fireEvent.change(field, { target: { value: ' o-12 ' } })
    expect(onSelect).not.toHaveBeenCalled()
    fireEvent.submit(screen.getByRole('search'))
    fireEvent.change(field, { target: { value: '' } })
    fireEvent.submit(screen.getByRole('search'))
    expect(onSelect.mock.calls).toEqual([[{ q: 'o-12' }], [{ q: '' }]])
  })
})
