// @vitest-environment jsdom

import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { someDataset, someTable } from '@/testing/datasets'
import { addressOf, renderPage } from '@/testing/page'
import { fakeServer, problem, sentTo } from '@/testing/server'

import { TablePage } from './table-page'

const dataset = someDataset()
const rowsPath = `/api/datasets/${dataset.id}/tables/order_details/rows`
const order = { id: 'o-1', user_id: 'u-7', status: 'paid', total: 1299, coupon: null }

const show = (search = '', table = 'order_details'): ReturnType<typeof renderPage> =>
  renderPage(
    <TablePage dataset={dataset} tables={[someTable()]} />,
    `/datasets/${dataset.id}/tables/${table}${search}`,
    '/datasets/:datasetId/tables/:table',
  )

const lastQuery = (seen: ReturnType<typeof fakeServer>): string =>
  sentTo(seen, 'GET', rowsPath).at(-1)?.query.toString() ?? ''

describe('the page of a table', () => {
  afterEach(cleanup)

  it('shows rows, with a dash for NULL and links to what they refer to', async () => {
    fakeServer({ 'GET /api/datasets/*/tables/*/rows': () => ({ items: [order], next: null }) })
    show()
    const row = (await screen.findByRole('cell', { name: 'o-1' })).closest('tr')
    expect(
      within(row as HTMLElement)
        .getAllByRole('cell')
        .map((cell) => cell.textContent),
    ).toEqual(['o-1', 'u-7', 'paid', '1299', '–'])
    expect(screen.getByRole('link', { name: 'u-7' }).getAttribute('href')).toBe(
      `/datasets/${dataset.id}/tables/users?id=u-7&row=u-7`,
    )
    expect(screen.getByText('1 row loaded, which is all.')).toBeTruthy()
  })

  it('asks for what its address says', async () => {
    const seen = fakeServer({ 'GET /api/datasets/*/tables/*/rows': () => ({ items: [], next: null }) })
    show('?sort=-total&q=o&status=paid&total__gte=100')
    expect(await screen.findByText('Nothing here matches.')).toBeTruthy()
    expect(lastQuery(seen)).toBe('sort=-total&q=o&status=paid&total__gte=100&limit=100')
  })

  it('sorts up, down and not at all by the head of a column', async () => {
    const seen = fakeServer({
      'GET /api/datasets/*/tables/*/rows': () => ({ items: [order], next: null }),
    })
    const router = show()
    const head = async (): Promise<HTMLElement> => screen.findByRole('button', { name: /total/ })
    fireEvent.click(await head())
    await waitFor(() => expect(lastQuery(seen)).toContain('sort=total'))
    expect(screen.getByRole('columnheader', { name: /total/ }).getAttribute('aria-sort')).toBe('ascending')
    fireEvent.click(await head())
    await waitFor(() => expect(addressOf(router)).toContain('sort=-total'))
    fireEvent.click(await head())
    await waitFor(() => expect(addressOf(router)).not.toContain('sort'))
    expect(screen.queryByRole('button', { name: /coupon/ })).toBeNull()
  })

  it('adds a filter by column, operator and value, and takes it away again', async () => {
    const seen = fakeServer({
      'GET /api/datasets/*/tables/*/rows': () => ({ items: [order], next: null }),
    })
    const router = show()
    const form = await screen.findByRole('form', { name: 'Filter' })
    fireEvent.change(within(form).getByLabelText('Column'), { target: { value: 'user_id' } })
    fireEvent.change(within(form).getByLabelText('Is'), { target: { value: 'ne' } })
    fireEvent.change(within(form).getByLabelText('Value'), { target: { value: ' u-7 ' } })
    fireEvent.submit(form)
    await waitFor(() => expect(lastQuery(seen)).toBe('user_id__ne=u-7&limit=100'))
    fireEvent.click(screen.getByRole('button', { name: 'Remove filter user_id ≠ u-7' }))
    await waitFor(() => expect(addressOf(router)).not.toContain('user_id'))
  })

  it('offers the values of a column that has few, and adds no empty filter', async () => {
    fakeServer({ 'GET /api/datasets/*/tables/*/rows': () => ({ items: [order], next: null }) })
    const router = show()
    const form = await screen.findByRole('form', { name: 'Filter' })
    fireEvent.change(within(form).getByLabelText('Column'), { target: { value: 'status' } })
    const choices = within(within(form).getByLabelText('Value')).getAllByRole('option')
    expect(choices.map((choice) => choice.textContent)).toEqual(['Choose…', 'paid', 'shipped'])
    fireEvent.submit(form)
    expect(addressOf(router)).not.toContain('status')
  })

  it('searches by prefix over the columns that are marked', async () => {
    const seen = fakeServer({
      'GET /api/datasets/*/tables/*/rows': () => ({ items: [order], next: null }),
    })
    show()
    fireEvent.change(await screen.findByLabelText('Begins with (id)'), { target: { value: 'o-' } })
    fireEvent.submit(screen.getByRole('search'))
    await waitFor(() => expect(lastQuery(seen)).toBe('q=o-&limit=100'))
  })

  it('fetches the next page by its cursor', async () => {
    const seen = fakeServer({
      'GET /api/datasets/*/tables/*/rows': ({ query }) =>
        query.get('cursor') === 'c2'
          ? { items: [{ ...order, id: 'o-2' }], next: null }
          : { items: [order], next: 'c2' },
    })
    show()
    expect(await screen.findByText('1 row loaded, more below.')).toBeTruthy()
    fireEvent.click(screen.getByRole('button', { name: 'Show more' }))
    expect(await screen.findByText('2 rows loaded, which is all.')).toBeTruthy()
    expect(lastQuery(seen)).toContain('cursor=c2')
    expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull()
  })

  it('shows why rows cannot be read, and reads them when asked again', async () => {
    let broken = true
    fakeServer({
      'GET /api/datasets/*/tables/*/rows': () =>
        broken ? problem(422, 'coupon cannot be sorted.') : { items: [order], next: null },
    })
    show('?sort=coupon')
    expect(await screen.findByText(/coupon cannot be sorted/)).toBeTruthy()
    broken = false
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
    expect(await screen.findByRole('cell', { name: 'o-1' })).toBeTruthy()
  })

  it('exports what is filtered, and says when it cannot', async () => {
    vi.stubGlobal(
      'URL',
      Object.assign(URL, { createObjectURL: () => 'blob:x', revokeObjectURL: () => undefined }),
    )
    let broken = true
    const seen = fakeServer({
      'GET /api/datasets/*/tables/*/rows': () => ({ items: [order], next: null }),
      'GET /api/datasets/*/tables/*/export': () =>
        broken ? problem(429, 'Too many exports.') : new Response('id\no-1\n'),
    })
    show('?status=paid')
    fireEvent.click(await screen.findByRole('button', { name: 'CSV' }))
    expect(await screen.findByText('Too many exports.')).toBeTruthy()
    broken = false
    fireEvent.click(screen.getByRole('button', { name: 'CSV' }))
    expect(await screen.findByText('order_details.csv is downloaded.')).toBeTruthy()
    expect(seen.at(-1)?.query.toString()).toBe('status=paid&format=csv')
  })

  it('says so when the dataset has no such table', () => {
    fakeServer({})
    show('', 'nonsense')
    expect(screen.getByText('This dataset has no table named nonsense.')).toBeTruthy()
  })
})
