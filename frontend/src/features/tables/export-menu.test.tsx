// @vitest-environment jsdom

import { act, cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { someDataset, someTable } from '@/testing/datasets'
import { renderPage } from '@/testing/page'
import { fakeServer } from '@/testing/server'

import { ExportMenu } from './export-menu'

const selection = {
  sort: '-total',
  q: '',
  filters: [{ column: 'total', operator: 'gte', value: '100' }],
} as const

// Remarks outlive a test, so each test that looks for one has a table of its own name.
const show = (changes: Parameters<typeof someTable>[0] = {}): ReturnType<typeof renderPage> =>
  renderPage(<ExportMenu dataset={someDataset()} table={someTable(changes)} selection={selection} />)
const exports = 'GET /api/datasets/*/tables/*/export'
const disabled = (): boolean[] =>
  screen.getAllByRole('button').map((button) => (button as HTMLButtonElement).disabled)

describe('the export of a table', () => {
  beforeEach(() => {
    vi.stubGlobal(
      'URL',
      Object.assign(URL, { createObjectURL: () => 'blob:x', revokeObjectURL: () => undefined }),
    )
  })
  afterEach(cleanup)

  it.each([
    ['CSV', 'csv'],
    ['JSON Lines', 'jsonl'],
    ['Parquet', 'parquet'],
  ])('as %s asks for what is looked at, and names the file', async (button, format) => {
    const seen = fakeServer({ [exports]: () => new Response('rows') })
    show({ name: 'parcels' })
    fireEvent.click(screen.getByRole('button', { name: button }))
    expect(await screen.findByText(`parcels.${format} is downloaded.`)).toBeTruthy()
    expect(seen.map(({ query }) => query.toString())).toEqual([`sort=-total&total__gte=100&format=${format}`])
  })

  it('is one at a time', async () => {
    let answer: (response: Response) => void = () => undefined
    const seen = fakeServer({ [exports]: () => new Promise<Response>((resolve) => (answer = resolve)) })
    show({ name: 'carts' })
    fireEvent.click(screen.getByRole('button', { name: 'CSV' }))
    fireEvent.click(screen.getByRole('button', { name: 'CSV' }))
    fireEvent.click(screen.getByRole('button', { name: 'Parquet' }))
    expect(screen.getAllByRole('button', { busy: true }).map((button) => button.textContent)).toEqual(['CSV'])
    await waitFor(() => expect(seen).toHaveLength(1))
    expect(disabled()).toEqual([true, true, true])
    act(() => answer(new Response('rows')))
    await waitFor(() => expect(disabled()).toEqual([false, false, false]))
    expect(seen).toHaveLength(1)
  })

  it('says that nothing answers, and can be tried again', async () => {
    fakeServer({
      [exports]: () => {
        throw new TypeError('Failed to fetch')
      },
    })
    show()
    fireEvent.click(screen.getByRole('button', { name: 'CSV' }))
    expect(await screen.findByText(/Cartload cannot be reached/)).toBeTruthy()
    expect(disabled()).toEqual([false, false, false])
  })

  it('of many rows asks for a file first, and asks nobody where none is picked', async () => {
    const picked = vi.fn(() => Promise.reject(new DOMException('No file.', 'AbortError')))
    vi.stubGlobal('showSaveFilePicker', picked)
    const seen = fakeServer({ [exports]: () => new Response('rows') })
    show({ name: 'wishes', rows: 100_001 })
    fireEvent.click(screen.getByRole('button', { name: 'CSV' }))
    await waitFor(() => expect(picked).toHaveBeenCalledWith({ suggestedName: 'wishes.csv' }))
    await waitFor(() => expect(disabled()).toEqual([false, false, false]))
    expect(seen).toEqual([])
    expect(screen.queryByText('wishes.csv is downloaded.')).toBeNull()
  })
})
