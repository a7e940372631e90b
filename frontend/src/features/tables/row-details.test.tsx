// @vitest-environment jsdom

import { act, cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'

import { someColumn, someDataset, someTable } from '@/testing/datasets'
import { addressOf, renderPage } from '@/testing/page'
import { fakeServer, problem } from '@/testing/server'

import { neighboursOf } from './row-details'
import { TablePage } from './table-page'

const dataset = someDataset({ spec: { currency: 'EUR' } })
const tables = [
  someTable({ name: 'users', columns: [someColumn({ name: 'id', type: 'id', filterable: true })] }),
  someTable(),
  someTable({
    name: 'order_item',
    columns: [
      someColumn({ name: 'id', type: 'id' }),
      someColumn({ name: 'order_id', type: 'id', references: 'order_details.id', filterable: true }),
    ],
  }),
]
const orders = ['o-1', 'o-2', 'o-3'].map((id) => ({
  id,
  user_id: 'u-7',
  status: 'paid',
  total: 129_950,
  coupon: null,
}))
const items = (count: number, next: string | null) => () => ({
  items: Array.from({ length: count }, (_, place) => ({ id: `i-${String(place)}` })),
  next,
})
const server = (changes: Parameters<typeof fakeServer>[0] = {}): ReturnType<typeof fakeServer> =>
  fakeServer({
    'GET /api/datasets/*/tables/order_item/rows': items(3, null),
    'GET /api/datasets/*/tables/order_details/rows': ({ query }) => ({
      items: orders.filter(({ id }) => query.get('id') === null || query.get('id') === id),
      next: null,
    }),
    ...changes,
  })
const home = `/datasets/${dataset.id}/tables`
const show = (search = ''): ReturnType<typeof renderPage> =>
  renderPage(
    <TablePage dataset={dataset} tables={tables} />,
    `${home}/order_details${search}`,
    '/datasets/:datasetId/tables/:table',
  )
const details = async () => within(await screen.findByRole('dialog', { name: 'Row of order_details' }))
const open = async (id: string): Promise<void> => {
  fireEvent.click(await screen.findByRole('link', { name: id }))
  await details()
}

describe('the details of a row', () => {
  afterEach(cleanup)

  it('show every column, formatted and as it is stored, with a copy of what is stored', async () => {
    server()
    show('?row=o-2')
    const values = within(await (await details()).findByRole('region', { name: 'Columns' }))
    const shown = values.getAllByRole('definition').map((one) => one.textContent.replace(/Copy$/, ''))
    expect(values.getAllByRole('term').map((one) => one.textContent)).toEqual(
      tables[1]?.columns.map(({ name }) => name),
    )
    expect(shown).toEqual(['o-2', 'u-7', 'paid', '€1,299.50129950', 'NULL'])
    expect(values.getByRole('button', { name: 'Copy total' })).toBeTruthy()
    expect(values.queryByRole('button', { name: 'Copy coupon' })).toBeNull()
  })

  it('lead to the parents, and to the children with how many there are', async () => {
    const seen = server()
    show('?row=o-2')
    const parents = within(await (await details()).findByRole('region', { name: 'Parents' }))
    expect(parents.getByRole('link', { name: 'users' }).getAttribute('href')).toBe(
      `${home}/users?id=u-7&row=u-7`,
    )
    const children = within((await details()).getByRole('region', { name: 'Children' }))
    expect(children.getByRole('link', { name: 'order_item' }).getAttribute('href')).toBe(
      `${home}/order_item?order_id=o-2`,
    )
    expect(await children.findByText('3 rows')).toBeTruthy()
    const counted = seen.filter(({ path }) => path.endsWith('/order_item/rows'))
    expect(counted.map(({ query }) => query.toString())).toEqual(['order_id=o-2&limit=50'])
  })

  it.each([
    [items(50, 'more'), 'more than 50 rows'],
    [items(1, null), '1 row'],
    [() => problem(500, 'Broken.'), 'not counted'],
  ])('count children no further than a page', async (answer, words) => {
    server({ 'GET /api/datasets/*/tables/order_item/rows': answer })
    show('?row=o-1')
    expect(await (await details()).findByText(words)).toBeTruthy()
  })

  it('are opened from the grid, walked through, and left to where one was', async () => {
    server()
    const router = show('?status=paid')
    await open('o-1')
    expect(addressOf(router)).toBe(`${home}/order_details?status=paid&row=o-1`)
    const dialog = await details()
    expect(dialog.getByRole('button', { name: '← Previous' })).toHaveProperty('disabled', true)
    fireEvent.click(dialog.getByRole('button', { name: 'Next →' }))
    await waitFor(() => expect(addressOf(router)).toContain('row=o-2'))
    fireEvent.click(dialog.getByRole('button', { name: 'Close' }))
    await waitFor(() => expect(addressOf(router)).toBe(`${home}/order_details?status=paid`))
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(router.state.historyAction).toBe('POP')
  })

  it('are closed by back, and opened again by forward', async () => {
    server()
    const router = show()
    await open('o-3')
    await act(() => router.navigate(-1))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    await act(() => router.navigate(1))
    expect(await (await details()).findByText('€1,299.50')).toBeTruthy()
  })

  it('that were opened by their address are closed without leaving the table', async () => {
    server()
    const router = show('?row=o-2')
    fireEvent.click((await details()).getByRole('button', { name: 'Close' }))
    await waitFor(() => expect(addressOf(router)).toBe(`${home}/order_details`))
  })

  it('say so where there is no such row, or why it cannot be read', async () => {
    server()
    show('?row=o-9')
    expect(await (await details()).findByText('No row of order_details has the id o-9.')).toBeTruthy()
    cleanup()
    server({
      'GET /api/datasets/*/tables/order_details/rows': ({ query }) =>
        query.has('id') ? problem(422, 'id must be a whole number.') : { items: orders, next: null },
    })
    show('?row=x')
    expect((await (await details()).findByRole('alert')).textContent).toContain('must be a whole number')
  })

  it('know the rows before and after, where those were fetched', () => {
    expect(neighboursOf('o-2', orders)).toEqual(['o-1', 'o-3'])
    expect(neighboursOf('o-3', orders)).toEqual(['o-2', null])
    expect(neighboursOf('7', [{ id: 6 }, { id: 7 }])).toEqual(['6', null])
    expect(neighboursOf('o-9', orders)).toEqual([null, null])
  })
})
