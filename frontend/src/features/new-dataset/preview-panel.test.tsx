// @vitest-environment jsdom

import { cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'

import type { Preview } from '@/lib/api/types'
import { somePreview } from '@/testing/previews'

import { PresetCards } from './preset-cards'
import { PreviewPanel } from './preview-panel'

const tableOf = (
  rows: Preview['tables'][string]['rows'],
  total_rows = rows.length,
): Preview['tables'][string] => ({
  columns: [
    { name: 'id', type: 'id', nullable: false, references: null, description: 'Key.' },
    { name: 'tags', type: 'json', nullable: true, references: null, description: 'Words.' },
  ],
  rows,
  total_rows,
})

const previewOf = (tables: Preview['tables']): Preview =>
  somePreview({ total_rows: 90_000, estimated_bytes: 1_536, tables })

const preview = previewOf({
  users: tableOf([{ id: 'u-1', tags: ['a', 'b'] }], 1_000),
  order_details: tableOf([{ id: 'o-1', tags: '' }], 89_000),
})

type Props = Parameters<typeof PreviewPanel>[0]
const panel = (changes: Partial<Props> = {}): ReturnType<typeof render> =>
  render(
    <PreviewPanel preview={preview} pace={null} status={{ kind: 'current' }} retry={vi.fn()} {...changes} />,
  )
const summary = (): string | null => screen.getByRole('status').textContent
const pressed = (): (string | null)[] =>
  screen.getAllByRole('button', { pressed: true }).map((button) => button.textContent)

afterEach(cleanup)

describe('what a spec will make', () => {
  it('is announced with its size, and with the time it takes where that is known', () => {
    panel()
    expect(summary()).toBe('90,000 rows in all, about 1.5 KiB')
    cleanup()
    panel({ pace: 1_000 })
    expect(summary()).toBe('90,000 rows in all, about 1.5 KiB, 1 min 30 s to make')
    cleanup()
    panel({ pace: 10_000_000 })
    expect(summary()).toMatch(/, 1 s to make$/)
  })

  it('is not there yet, or cannot be told', () => {
    panel({ preview: undefined, status: { kind: 'updating' } })
    expect(summary()).toBe('Making the first rows…')
    expect(screen.getByText('Updating…')).toBeTruthy()
    cleanup()
    panel({ preview: undefined, status: { kind: 'invalid' } })
    expect(summary()).toBe('No rows yet.')
    expect(screen.getByText('Correct the settings to see the rows.')).toBeTruthy()
    expect(screen.queryByRole('table')).toBeNull()
  })

  it('stays in sight while a newer one is late', () => {
    panel({ status: { kind: 'updating' } })
    expect(summary()).toMatch(/^90,000 rows/)
    expect(screen.getByText('Updating…')).toBeTruthy()
    expect(screen.getByRole('table', { name: 'First rows of order_details' })).toBeTruthy()
  })

  it('stays in sight while the service is away, which is said with a way to try again', () => {
    const retry = vi.fn()
    panel({ status: { kind: 'unavailable', error: new Error('The generator is away.') }, retry })
    expect(screen.getByRole('alert').textContent).toContain('The generator is away.')
    expect(screen.queryByText('Correct the settings to see the rows.')).toBeNull()
    expect(screen.getByRole('table', { name: 'First rows of order_details' })).toBeTruthy()
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
    expect(retry).toHaveBeenCalledOnce()
  })

  it('shows the table that is chosen, with values as they are stored', () => {
    panel()
    expect(pressed()).toEqual(['order_details89,000'])
    fireEvent.click(screen.getByRole('button', { name: /^users/ }))
    expect(pressed()).toEqual(['users1,000'])
    const table = within(screen.getByRole('table', { name: 'First rows of users' }))
    expect(table.getAllByRole('cell').map((cell) => cell.textContent)).toEqual(['u-1', '["a","b"]'])
  })

  it('goes back to the first table where the chosen one is not made any more', () => {
    const { rerender } = panel()
    const fewer = previewOf({ users: tableOf([{ id: 'u-2' }]) })
    rerender(<PreviewPanel preview={fewer} pace={null} status={{ kind: 'current' }} retry={vi.fn()} />)
    expect(pressed()).toEqual(['users1'])
    expect(screen.getAllByRole('cell').map((cell) => cell.textContent)).toEqual(['u-2', 'NULL'])
  })

  it('may be nothing at all', () => {
    panel({ preview: somePreview() })
    expect(summary()).toBe('0 rows in all, about 0 B')
    expect(screen.queryByRole('table')).toBeNull()
    cleanup()
    panel({ preview: previewOf({ users: tableOf([]) }) })
    expect(screen.getByRole('table', { name: 'First rows of users' })).toBeTruthy()
    expect(screen.queryAllByRole('cell')).toEqual([])
  })
})

describe('the presets', () => {
  const small = { name: 'corner-shop', spec: { name: 'c', seed: 1, customers: 1 } }
  const large = { name: 'mail_order', spec: { customers: 20_000, orders: {}, season: {} } }

  it('say how large they are and what they set', () => {
    render(
      <PresetCards presets={[small, large, { name: 'bare', spec: {} }]} chosen="bare" onChoose={vi.fn()} />,
    )
    expect(screen.getAllByRole('button').map((button) => button.textContent)).toEqual([
      'Corner shop1 customerusual settings',
      'Mail order20,000 customersown orders, season',
      'Bareusual sizeusual settings',
    ])
    expect(pressed()).toEqual(['Bareusual sizeusual settings'])
  })

  it('are chosen as they are', () => {
    const choose = vi.fn()
    render(<PresetCards presets={[small, large]} chosen="corner-shop" onChoose={choose} />)
    fireEvent.click(screen.getByRole('button', { name: /^Mail order/ }))
    expect(choose.mock.calls).toEqual([[large]])
  })
})
