// @vitest-environment jsdom

import { act, cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'

import type { Dataset } from '@/lib/api/types'
import { someDataset } from '@/testing/datasets'
import { someJob } from '@/testing/jobs'
import { addressOf, renderPage, renderRoutes } from '@/testing/page'
import { fakeServer, problem, sentTo } from '@/testing/server'

import { ConnectionTab } from './connection-tab'
import { DatasetActions } from './dataset-actions'
import { DatasetPage } from './dataset-page'
import { DatasetsTable } from './datasets-table'
import { FilesTab } from './files-tab'
import { newestFirst } from './ordering'
import { TablesTab } from './tables-tab'

const dataset = someDataset()
const address = `/datasets/${dataset.id}`

const showActions = (changes: Partial<Dataset> = {}): ReturnType<typeof renderPage> =>
  renderPage(<DatasetActions dataset={someDataset(changes)} />, address, '/datasets/:datasetId')
const press = (name: string): void => {
  fireEvent.click(screen.getByRole('button', { name }))
}
const inDialog = () => within(screen.getByRole('dialog'))
const pressEscape = (): boolean =>
  fireEvent(screen.getByRole('dialog'), new Event('cancel', { bubbles: true, cancelable: true }))

describe('an append', () => {
  afterEach(cleanup)

  const submit = (customers: string): void => {
    fireEvent.change(inDialog().getByLabelText('Customers to add'), { target: { value: customers } })
    fireEvent.click(inDialog().getByRole('button', { name: 'Append' }))
  }

  it.each(['creating', 'incomplete'] as const)('is not offered for a dataset that is %s', (state) => {
    showActions({ state })
    expect(screen.queryByRole('button', { name: 'Append' })).toBeNull()
    expect(screen.getByRole('button', { name: 'Delete' })).toBeTruthy()
  })

  it('is left by Escape, and what is wrong is forgotten with it', () => {
    fakeServer({})
    showActions()
    press('Append')
    submit('many')
    expect(inDialog().getByLabelText('Customers to add').getAttribute('aria-invalid')).toBe('true')
    pressEscape()
    expect(screen.queryByRole('dialog')).toBeNull()
    press('Append')
    expect(inDialog().getByLabelText('Customers to add')).toHaveProperty('value', '1000')
    expect(screen.queryByText('Enter a whole number from 1.')).toBeNull()
  })

  it('brings the keyboard to the number that is wrong, and asks for nothing', async () => {
    const seen = fakeServer({})
    showActions()
    press('Append')
    submit('many')
    const field = inDialog().getByLabelText('Customers to add')
    await waitFor(() => expect(document.activeElement).toBe(field))
    expect(seen).toEqual([])
  })

  it('shows what the server says of the number beside it, and nothing twice', async () => {
    fakeServer({
      'POST /api/jobs': () =>
        problem(422, 'Not valid.', [{ field: 'customers', message: 'At most 1,000,000 in one append.' }]),
    })
    const router = showActions()
    press('Append')
    submit('2000000')
    expect(await screen.findByText('At most 1,000,000 in one append.')).toBeTruthy()
    const field = inDialog().getByLabelText('Customers to add')
    expect(field.getAttribute('aria-invalid')).toBe('true')
    await waitFor(() => expect(document.activeElement).toBe(field))
    expect(screen.queryByRole('alert')).toBeNull()
    expect(addressOf(router)).toBe(address)
  })

  it('is asked for once, however often the button is pressed', async () => {
    let answer: (response: Response) => void = () => undefined
    const seen = fakeServer({
      'POST /api/jobs': () => new Promise<Response>((resolve) => (answer = resolve)),
    })
    const router = showActions()
    press('Append')
    submit('5')
    fireEvent.click(await inDialog().findByRole('button', { name: 'Append', busy: true }))
    await waitFor(() => expect(seen).toHaveLength(1))
    answer(Response.json(someJob({ kind: 'append' }), { status: 202 }))
    await waitFor(() => expect(addressOf(router)).toBe(`/jobs/${someJob().id}`))
    expect(sentTo(seen, 'POST', '/api/jobs')).toHaveLength(1)
  })

  it('that was refused has the same key when it is tried again, another wish has another', async () => {
    const seen = fakeServer({ 'POST /api/jobs': () => problem(429, 'Three jobs at a time.') })
    showActions()
    press('Append')
    submit('5')
    expect((await inDialog().findByRole('alert')).textContent).toBe('Three jobs at a time.')
    fireEvent.click(inDialog().getByRole('button', { name: 'Append' }))
    await waitFor(() => expect(seen).toHaveLength(2))
    await inDialog().findByRole('alert')
    submit('6')
    await waitFor(() => expect(seen).toHaveLength(3))
    const keys = seen.map(({ headers }) => headers.get('idempotency-key'))
    expect(keys[1]).toBe(keys[0])
    expect(keys[2]).not.toBe(keys[0])
  })
})

describe('the deletion of a dataset', () => {
  afterEach(cleanup)

  it('is asked about by name, however long it is, and not done by Escape', () => {
    const seen = fakeServer({})
    const name = 'pine '.repeat(40).trim()
    showActions({ name })
    press('Delete')
    expect(screen.getByRole('dialog', { name: `Delete ${name}?` })).toBeTruthy()
    pressEscape()
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(seen).toEqual([])
  })

  it('says why it is refused, stays where it is, and can be tried again', async () => {
    let refused = true
    fakeServer({
      'DELETE /api/datasets/*': () =>
        refused ? problem(503, 'The generator is away.') : new Response(null, { status: 202 }),
    })
    const router = showActions({ name: 'Larch' })
    press('Delete')
    press('Delete the dataset')
    expect((await inDialog().findByRole('alert')).textContent).toBe('The generator is away.')
    expect(addressOf(router)).toBe(address)
    refused = false
    press('Delete the dataset')
    await waitFor(() => expect(addressOf(router)).toBe('/'))
    expect(screen.getByText('Larch is being deleted.')).toBeTruthy()
  })

  const deleteAndClose = (name: string) => {
    let answer: (response: Response) => void = () => undefined
    const seen = fakeServer({
      'DELETE /api/datasets/*': () => new Promise<Response>((resolve) => (answer = resolve)),
    })
    const router = showActions({ name })
    press('Delete')
    press('Delete the dataset')
    pressEscape()
    expect(screen.queryByRole('dialog')).toBeNull()
    return { router, seen, answer: (response: Response) => act(() => answer(response)) }
  }

  it('leaves the page, even when its dialog was closed before the answer came', async () => {
    const { router, seen, answer } = deleteAndClose('Alder')
    await waitFor(() => expect(seen).toHaveLength(1))
    answer(new Response(null, { status: 202 }))
    await waitFor(() => expect(addressOf(router)).toBe('/'))
    expect(screen.getByText('Alder is being deleted.')).toBeTruthy()
  })

  it('that is refused after its dialog was closed opens it again with the reason', async () => {
    const { router, seen, answer } = deleteAndClose('Rowan')
    await waitFor(() => expect(seen).toHaveLength(1))
    answer(problem(503, 'The generator is away.'))
    expect((await screen.findByRole('alert')).textContent).toBe('The generator is away.')
    expect(screen.getByRole('dialog', { name: 'Delete Rowan?' })).toBeTruthy()
    expect(addressOf(router)).toBe(address)
  })
})

describe('the table of datasets', () => {
  afterEach(cleanup)

  it('says by what it is ordered, and asks for another order by the heads', () => {
    const onOrder = vi.fn()
    renderPage(<DatasetsTable datasets={[dataset]} reports={null} order={newestFirst} onOrder={onOrder} />)
    const sorted = screen.getAllByRole('columnheader').map((head) => head.getAttribute('aria-sort'))
    expect(sorted).toEqual(['none', null, null, 'none', 'none', 'none', 'descending'])
    for (const name of ['Name', 'Rows', 'Made']) press(name)
    expect(onOrder.mock.calls).toEqual([
      [{ column: 'name', descending: false }],
      [{ column: 'rows', descending: true }],
      [{ column: 'made', descending: false }],
    ])
  })

  it('shows what a dataset is and how large', () => {
    const small = someDataset({
      name: 'x'.repeat(200),
      state: 'creating',
      segments: [],
      tables: {},
      bytes: 0,
    })
    renderPage(
      <DatasetsTable datasets={[small]} reports={null} order={newestFirst} onOrder={() => undefined} />,
    )
    const cells = screen.getAllByRole('cell').map((cell) => cell.textContent)
    expect(cells.slice(0, 6)).toEqual(['x'.repeat(200), 'creating', '', '0', '0', '0 B'])
  })
})

describe('the tabs of a dataset', () => {
  afterEach(cleanup)

  const show = (tab: string): ReturnType<typeof renderRoutes> =>
    renderRoutes(
      [
        {
          path: '/datasets/:datasetId',
          element: <DatasetPage progress={null} />,
          children: [
            { path: 'tables', element: <TablesTab /> },
            { path: 'files', element: <FilesTab /> },
            { path: 'connection', element: <ConnectionTab /> },
          ],
        },
      ],
      `${address}/${tab}`,
    )
  const connection = {
    host: 'db.example',
    port: null,
    database: 'shop1',
    user: 'reader1',
    reason: null,
    password_set_at: '2026-01-02T03:04:05.000Z',
  }
  const file = (part: string): object => ({
    name: `datasets/x/users/${part}`,
    table: 'users',
    chunk: 0,
    rows: 4_000,
    bytes: 90_000,
    sha256: 'ab'.repeat(32),
  })

  it.each([
    ['tables', { items: [] }, 'table'],
    ['files', { items: [file('part-0.parquet')], next: null }, 'table'],
    ['connection', connection, 'button'],
  ])('say why %s cannot be read, and read them when asked again', async (tab, answer, shown) => {
    let broken = true
    fakeServer({
      [`GET /api/datasets/*/${tab}`]: () => (broken ? problem(503, 'Away for now.') : answer),
      'GET /api/datasets/*': () => dataset,
    })
    show(tab)
    expect((await screen.findByRole('alert')).textContent).toContain('Away for now.')
    expect(screen.getByRole('heading', { name: 'Pine' })).toBeTruthy()
    broken = false
    press('Try again')
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull())
    expect((await screen.findAllByRole(shown)).length).toBeGreaterThan(0)
  })

  it('fetch further files by cursor', async () => {
    const seen = fakeServer({
      'GET /api/datasets/*/files': ({ query }) =>
        query.get('cursor') === 'c2'
          ? { items: [file('part-1.parquet')], next: null }
          : { items: [file('part-0.parquet')], next: 'c2' },
      'GET /api/datasets/*': () => dataset,
    })
    show('files')
    fireEvent.click(await screen.findByRole('button', { name: 'Show more' }))
    expect(await screen.findByRole('cell', { name: 'users/part-1.parquet' })).toBeTruthy()
    expect(screen.getByRole('cell', { name: 'users/part-0.parquet' })).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull()
    expect(seen.at(-1)?.query.get('limit')).toBe('50')
  })

  it('replace a password that was set, or say why not, and show none', async () => {
    fakeServer({
      'GET /api/datasets/*/connection': () => connection,
      'POST /api/datasets/*/connection': () => problem(409, 'Passwords are made elsewhere.'),
      'GET /api/datasets/*': () => dataset,
    })
    show('connection')
    fireEvent.click(await screen.findByRole('button', { name: 'Replace the password' }))
    expect((await screen.findByRole('alert')).textContent).toBe('Passwords are made elsewhere.')
    expect(screen.queryByText('Password')).toBeNull()
    expect(screen.queryByRole('button', { name: 'Copy port' })).toBeNull()
    expect(screen.getByText(/^mysql --host=db\.example --port=3306 /)).toBeTruthy()
  })
})
