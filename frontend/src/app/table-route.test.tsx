// @vitest-environment jsdom

import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, it } from 'vitest'

import { someDataset, someTable } from '@/testing/datasets'
import { renderPage } from '@/testing/page'
import { fakeServer, sentTo } from '@/testing/server'

import { TableRoute } from './table-route'

const address = `/datasets/${someDataset().id}/tables/users`

afterEach(cleanup)

it('explains a table whose dataset has none, and asks for no rows', async () => {
  const seen = fakeServer({
    'GET /api/datasets/*/tables': () => ({ items: [someTable()] }),
    'GET /api/datasets/*': () => someDataset({ targets: ['files', 'kafka'] }),
  })
  renderPage(<TableRoute />, address, '/datasets/:datasetId/tables/:table')
  expect(await screen.findByRole('heading', { name: 'No tables in MySQL' })).toBeTruthy()
  expect(sentTo(seen, 'GET', `/api${address}/rows`)).toEqual([])
})
