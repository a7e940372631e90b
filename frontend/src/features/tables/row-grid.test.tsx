// @vitest-environment jsdom

import { act, cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { someColumn, someTable } from '@/testing/datasets'
import { addressOf, renderPage } from '@/testing/page'

import type { StoredRow } from './api'
import { RowGrid } from './row-grid'

const table = someTable({
  columns: [
    someColumn({ name: 'id', type: 'id', sortable: true }),
    someColumn({ name: 'user_id', type: 'id', references: 'users.id' }),
    someColumn({ name: 'note', nullable: true }),
    someColumn({ name: 'total', type: 'money' }),
  ],
})
const uuid = '0193c0de-0000-7000-8000-000000000002'
const row = (changes: StoredRow = {}): StoredRow => ({
  id: 'o-1',
  user_id: 'u-7',
  note: 'x',
  total: 129_950,
  ...changes,
})

function show(rows: readonly StoredRow[], more: { hasNextPage?: boolean; sort?: string } = {}) {
  const fetchNextPage = vi.fn()
  const onSelect = vi.fn()
  const router = renderPage(
    <RowGrid
      table={table}
      currency="EUR"
      rows={rows}
      selection={{ sort: more.sort ?? null, q: '', filters: [] }}
      onSelect={onSelect}
      query={{ hasNextPage: more.hasNextPage ?? false, isFetchingNextPage: false, fetchNextPage }}
    />,
    '/datasets/d1/tables/order_details',
    '/datasets/:datasetId/tables/order_details',
  )
  return { fetchNextPage, onSelect, router }
}
const many = (count: number): StoredRow[] =>
  Array.from({ length: count }, (_, index) => row({ id: `o-${String(index)}` }))

describe('the rows of a table', () => {
  afterEach(cleanup)

  it('tell NULL, an empty text and zero apart', () => {
    show([row({ note: null }), row({ note: '' }), row({ note: 0 })])
    const notes = screen
      .getAllByRole('row')
      .slice(1)
      .map((one) => within(one).getAllByRole('cell')[2])
    expect(notes.map((note) => note?.textContent)).toEqual(['–', '', '0'])
    expect(notes[0]?.getAttribute('title')).toBe('NULL')
  })

  it('are readable, and say what is stored to who points at them', () => {
    show([row({ id: uuid })])
    const [id, , , total] = screen.getAllByRole('cell')
    expect([total?.textContent, total?.title]).toEqual(['€1,299.50', '129950'])
    expect([id?.textContent, id?.title]).toEqual([uuid, uuid])
    expect(within(id ?? document.body).getByText('00000002').textContent).toBe('00000002')
    expect(screen.getByRole('link', { name: uuid })).toBeTruthy()
  })

  it('are copied as they are stored: by the focus, as one value, as many, and as part of a text', () => {
    show([row({ note: 'a long remark' }), row({ id: uuid, note: null })])
    const cells = screen.getAllByRole('cell')
    const copied = (
      from: Element | undefined,
      first?: Node | null,
      last?: Node | null,
      end = last?.childNodes.length ?? 0,
    ): string | null => {
      const selection = window.getSelection()
      selection?.removeAllRanges()
      if (first != null && last != null) selection?.setBaseAndExtent(first, 0, last, end)
      const setData = vi.fn()
      fireEvent.copy(from ?? document.body, { clipboardData: { setData } })
      return (setData.mock.calls[0] as [string, string] | undefined)?.[1] ?? null
    }
    expect(copied(screen.getByRole('link', { name: uuid }))).toBe(uuid)
    expect(copied(cells[3], cells[3], cells[3])).toBe('129950')
    expect(copied(cells[3], cells[3], cells[4], 0)).toBe('129950')
    expect(copied(cells[2], cells[2]?.firstChild, cells[7])).toBe(
      `a long remark\t129950\n${uuid}\tu-7\t\t129950`,
    )
    expect(copied(cells[2], cells[2], cells[2])).toBeNull()
  })

  it('keep a very long value whole for who points at it', () => {
    const long = 'remark '.repeat(500)
    show([row({ note: long })])
    expect(screen.getAllByRole('cell')[2]?.getAttribute('title')).toBe(long)
  })

  it('lead to what they refer to, whatever is in its key, and nowhere from NULL', () => {
    show([row({ user_id: 'a&b=c d' }), row({ user_id: null })])
    const links = screen.getAllByRole('link').map((link) => link.getAttribute('href'))
    expect(links.filter((link) => link?.includes('/users?'))).toEqual([
      '/datasets/d1/tables/users?id=a%26b%3Dc+d&row=a%26b%3Dc+d',
    ])
  })

  it('open their details by a press anywhere but on a link, and the selection stays', async () => {
    const { router } = show([row()], { sort: '-id' })
    fireEvent.click(screen.getByRole('cell', { name: 'x' }))
    await waitFor(() => expect(addressOf(router)).toContain('/tables/order_details?sort=-id&row=o-1'))
    cleanup()
    const other = show([row()])
    fireEvent.click(screen.getByRole('link', { name: 'u-7' }))
    await waitFor(() => expect(addressOf(other.router)).toContain('/tables/users?id=u-7&row=u-7'))
  })

  it('are walked through by the arrow keys, from the link to one to the next', () => {
    show(many(3))
    const links = screen.getAllByRole('link', { name: /^o-/ })
    links[0]?.focus()
    for (const [key, focused] of [
      ['ArrowDown', 1],
      ['ArrowDown', 2],
      ['ArrowDown', 2],
      ['ArrowUp', 1],
      ['a', 1],
    ] as const) {
      fireEvent.keyDown(document.activeElement ?? document.body, { key })
      expect(document.activeElement).toBe(links[focused])
    }
  })

  it('are where they were when one comes back to them', async () => {
    const { router } = show(many(300))
    const grid = (): HTMLElement => screen.getByRole('region', { name: 'Rows of order_details' })
    grid().scrollTop = 3_700
    fireEvent.click(screen.getAllByRole('link', { name: 'u-7' })[0] ?? document.body)
    await screen.findByText('elsewhere')
    await act(() => router.navigate(-1))
    expect(await screen.findByRole('link', { name: 'o-100' })).toBeTruthy()
    expect(screen.queryByRole('link', { name: 'o-0' })).toBeNull()
  })

  it.each([
    [undefined, 'none', 'id'],
    ['id', 'ascending', '-id'],
    ['-id', 'descending', null],
    ['note', 'none', 'id'],
  ])('sorted by %s are said to be so, and sorted further by a press', (sort, said, next) => {
    const { onSelect } = show([row()], sort === undefined ? {} : { sort })
    expect(screen.getByRole('columnheader', { name: /^id/ }).getAttribute('aria-sort')).toBe(said)
    fireEvent.click(screen.getByRole('button', { name: /^id/ }))
    expect(onSelect.mock.calls).toEqual([[{ sort: next }]])
  })

  it('are drawn only where they are in sight, with their place in the whole', () => {
    show(many(1_000))
    const drawn = screen.getAllByRole('row').slice(1)
    expect(drawn.length).toBeGreaterThan(10)
    expect(drawn.length).toBeLessThan(100)
    expect(drawn[0]?.getAttribute('aria-rowindex')).toBe('2')
    expect(screen.getByText('1,000 rows loaded, which is all.')).toBeTruthy()
  })

  it('are followed by more as the end comes into sight', () => {
    const { fetchNextPage } = show(many(30), { hasNextPage: true })
    expect(fetchNextPage).toHaveBeenCalledTimes(1)
    cleanup()
    expect(show(many(30)).fetchNextPage).not.toHaveBeenCalled()
    cleanup()
    expect(show(many(1_000), { hasNextPage: true }).fetchNextPage).not.toHaveBeenCalled()
  })
})
