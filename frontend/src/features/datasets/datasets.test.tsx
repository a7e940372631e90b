// @vitest-environment jsdom

import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { someDataset, someTable } from '@/testing/datasets'
import { someJob } from '@/testing/jobs'
import { addressOf, renderRoutes } from '@/testing/page'
import { fakeServer, problem, sentTo } from '@/testing/server'

import { commandFor, ConnectionTab } from './connection-tab'
import { DatasetPage } from './dataset-page'
import { customersOf, datasetTone, rowsOf } from './figures'
import { FilesTab } from './files-tab'
import { SpecTab } from './spec-tab'
import { TablesTab } from './tables-tab'

const dataset = someDataset()
const home = `/datasets/${dataset.id}`

const show = (tab = ''): ReturnType<typeof renderRoutes> =>
  renderRoutes(
    [
      {
        path: '/datasets/:datasetId',
        element: <DatasetPage progress={null} />,
        children: [
          { index: true, element: <p>overview</p> },
          { path: 'tables', element: <TablesTab /> },
          { path: 'files', element: <FilesTab /> },
          { path: 'connection', element: <ConnectionTab /> },
          { path: 'spec', element: <SpecTab /> },
        ],
      },
    ],
    home + tab,
  )

function submitAppend(customers: string): void {
  const dialog = within(screen.getByRole('dialog'))
  fireEvent.change(dialog.getByLabelText('Customers to add'), { target: { value: customers } })
  fireEvent.click(dialog.getByRole('button', { name: 'Append' }))
}

const oneDataset = { 'GET /api/datasets/*': () => dataset }

describe('the figures of a dataset', () => {
  it('are sums over its segments and tables', () => {
    expect(customersOf(dataset)).toBe(2_500)
    expect(rowsOf(dataset)).toBe(11_500)
    expect(customersOf(someDataset({ segments: [] }))).toBe(0)
  })

  it('have a tone for each state', () => {
    expect((['creating', 'ready', 'incomplete'] as const).map(datasetTone)).toEqual([
      'accent',
      'good',
      'warn',
    ])
  })
})

describe('the page of a dataset', () => {
  afterEach(cleanup)

  it('lists its tables', async () => {
    fakeServer({ 'GET /api/datasets/*/tables': () => ({ items: [someTable()] }), ...oneDataset })
    show('/tables')
    expect((await screen.findByRole('link', { name: 'order_details' })).getAttribute('href')).toBe(
      `${home}/tables/order_details`,
    )
    expect(screen.getByText(/2,500 customers · 11,500 rows/)).toBeTruthy()
  })

  it('warns of an incomplete one, which cannot be appended to', async () => {
    fakeServer({
      'GET /api/datasets/*/tables': () => ({ items: [] }),
      'GET /api/datasets/*': () => someDataset({ state: 'incomplete' }),
    })
    show()
    expect(await screen.findByText(/This dataset is incomplete/)).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Append' })).toBeNull()
  })

  it('says that a deleted one is not there', async () => {
    fakeServer({})
    show()
    expect(await screen.findByText('There is no such dataset')).toBeTruthy()
  })

  it('shows its spec and how its segments add up', async () => {
    fakeServer(oneDataset)
    show('/spec')
    expect(await screen.findByText('2,000 + 500')).toBeTruthy()
    expect(JSON.parse(screen.getByLabelText('Spec as JSON').textContent)).toEqual(dataset.spec)
  })

  it('appends a whole number of customers, and goes to the job', async () => {
    const seen = fakeServer({
      ...oneDataset,
      'POST /api/jobs': () => Response.json(someJob({ kind: 'append' }), { status: 202 }),
    })
    const router = show('/spec')
    fireEvent.click(await screen.findByRole('button', { name: 'Append' }))
    for (const wrong of ['', '0', '-3', '2.5', 'many']) {
      submitAppend(wrong)
      expect(screen.getByText('Enter a whole number from 1.')).toBeTruthy()
    }
    expect(sentTo(seen, 'POST', '/api/jobs')).toEqual([])
    submitAppend('3,000')
    await waitFor(() => expect(addressOf(router)).toBe(`/jobs/${someJob().id}`))
    const [sent] = sentTo(seen, 'POST', '/api/jobs')
    expect(sent?.body).toEqual({ dataset_id: dataset.id, customers: 3_000 })
    expect(sent?.headers.get('idempotency-key')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('shows why an append is refused', async () => {
    fakeServer({
      ...oneDataset,
      'POST /api/jobs': () => problem(409, 'Another job of this dataset is not finished.'),
    })
    show('/spec')
    fireEvent.click(await screen.findByRole('button', { name: 'Append' }))
    submitAppend('1000')
    expect(await screen.findByText(/Another job of this dataset/)).toBeTruthy()
  })

  it('is deleted after a question', async () => {
    const seen = fakeServer({
      ...oneDataset,
      'DELETE /api/datasets/*': () => new Response(null, { status: 202 }),
    })
    const router = show('/spec')
    fireEvent.click(await screen.findByRole('button', { name: 'Delete' }))
    expect(sentTo(seen, 'DELETE', `/api/datasets/${dataset.id}`)).toEqual([])
    fireEvent.click(screen.getByRole('button', { name: 'Delete the dataset' }))
    await waitFor(() => expect(addressOf(router)).toBe('/'))
    expect(screen.getByText('Pine is being deleted.')).toBeTruthy()
  })
})

describe('the connection of a dataset', () => {
  afterEach(cleanup)

  const connection = {
    host: 'db.example',
    port: 3307,
    database: 'shop1',
    user: 'reader1',
    reason: null,
    password_set_at: null,
  }

  it('is a command where the operator publishes an address', () => {
    expect(commandFor(connection)).toBe('mysql --host=db.example --port=3307 --user=reader1 --password shop1')
    expect(commandFor({ ...connection, host: null })).toBeNull()
  })

  it('shows a new password once', async () => {
    fakeServer({
      'GET /api/datasets/*/connection': () => connection,
      'POST /api/datasets/*/connection': () => ({ ...connection, password: 'once-only' }),
      ...oneDataset,
    })
    show('/connection')
    fireEvent.click(await screen.findByRole('button', { name: 'Make a password' }))
    expect(await screen.findByText('once-only')).toBeTruthy()
    expect(screen.getByText(/shown only this once/)).toBeTruthy()
  })

  it('says why there is none', async () => {
    fakeServer({
      'GET /api/datasets/*/connection': () => ({ ...connection, host: null, port: null, reason: 'No SQL.' }),
      ...oneDataset,
    })
    show('/connection')
    expect(await screen.findByText('No SQL.')).toBeTruthy()
    expect(screen.queryByText('Command')).toBeNull()
  })

  it('copies a value, and says when the browser does not let it', async () => {
    const written: string[] = []
    const clipboard = { writeText: (text: string) => Promise.resolve(written.push(text)) }
    vi.stubGlobal('navigator', { clipboard })
    fakeServer({ 'GET /api/datasets/*/connection': () => connection, ...oneDataset })
    show('/connection')
    fireEvent.click(await screen.findByRole('button', { name: 'Copy database' }))
    expect(await screen.findByText('Copied.')).toBeTruthy()
    expect(written).toEqual(['shop1'])
    clipboard.writeText = () => Promise.reject(new Error('denied'))
    fireEvent.click(screen.getByRole('button', { name: 'Copy database' }))
    expect(await screen.findByText(/does not allow copying/)).toBeTruthy()
  })
})

describe('the files of a dataset', () => {
  afterEach(cleanup)

  const file = {
    name: 'datasets/x/users/part-0.parquet',
    table: 'users',
    chunk: 0,
    rows: 4_000,
    bytes: 90_000,
    sha256: 'ab'.repeat(32),
  }

  it('are listed by table and part, and downloaded one by one', async () => {
    vi.stubGlobal(
      'URL',
      Object.assign(URL, { createObjectURL: () => 'blob:x', revokeObjectURL: () => undefined }),
    )
    const seen = fakeServer({
      'GET /api/datasets/*/files': () => ({ items: [file], next: null }),
      'GET /api/datasets/*/files/*/*': () => new Response('PAR1'),
      ...oneDataset,
    })
    show('/files')
    fireEvent.click(await screen.findByRole('button', { name: 'Download users/part-0.parquet' }))
    await waitFor(() =>
      expect(sentTo(seen, 'GET', `/api/datasets/${dataset.id}/files/users/part-0.parquet`)).toHaveLength(1),
    )
  })

  it('say when one cannot be downloaded, and when there are none yet', async () => {
    let files = [file]
    fakeServer({
      'GET /api/datasets/*/files': () => ({ items: files, next: null }),
      'GET /api/datasets/*/files/*/*': () => problem(503, 'Blob storage is away for now.'),
      ...oneDataset,
    })
    show('/files')
    fireEvent.click(await screen.findByRole('button', { name: 'Download users/part-0.parquet' }))
    expect(await screen.findByText('Blob storage is away for now.')).toBeTruthy()
    cleanup()
    files = []
    show('/files')
    expect(await screen.findByText('No files yet')).toBeTruthy()
  })
})
