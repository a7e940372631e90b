// @vitest-environment jsdom

import { cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'

import type { Dataset } from '@/lib/api/types'
import { someDataset, someTable } from '@/testing/datasets'
import { renderRoutes } from '@/testing/page'
import { fakeServer } from '@/testing/server'

import { DatasetPage } from './dataset-page'

const address = `/datasets/${someDataset().id}`
const all: Dataset['targets'] = ['mysql', 'files', 'kafka']

function show(targets: Dataset['targets'], tab: string): void {
  fakeServer({
    'GET /api/datasets/*/tables': () => ({ items: [someTable()] }),
    'GET /api/datasets/*': () => someDataset({ targets }),
  })
  renderRoutes(
    [
      {
        path: '/datasets/:datasetId',
        element: <DatasetPage progress={null} />,
        children: [
          { index: true, element: <p>shown</p> },
          { path: ':tab', element: <p>shown</p> },
        ],
      },
    ],
    address + tab,
  )
}

const ofRows = ['/tables', '/connection', '/report', '/answers', '/answers/']

describe('what is not stored of a dataset', () => {
  afterEach(cleanup)

  it.each([
    ...ofRows.map((tab) => [['files', 'kafka'], tab, 'No tables in MySQL', '/files'] as const),
    [['kafka'], '/report', 'No tables in MySQL', '/datasets/new'] as const,
    [['mysql', 'kafka'], '/files', 'No files', '/tables'] as const,
    [['kafka'], '/files', 'No files', '/datasets/new'] as const,
  ])('%# is explained in its place, with a way on', async (targets, tab, title, link) => {
    show([...targets], tab)
    expect(await screen.findByText(title)).toBeTruthy()
    expect(screen.queryByText('shown')).toBeNull()
    const ways = screen.getAllByRole('link').map((way) => way.getAttribute('href'))
    expect(ways).toContain(link === '/datasets/new' ? link : address + link)
  })

  it.each<[Dataset['targets'], string]>([
    ...['', '/schema', '/files', '/jobs', '/spec'].map((tab): [Dataset['targets'], string] => [
      ['files', 'kafka'],
      tab,
    ]),
    ...ofRows.map((tab): [Dataset['targets'], string] => [['mysql', 'kafka'], tab]),
    ...[...ofRows, '/files'].map((tab): [Dataset['targets'], string] => [all, tab]),
  ])('does not hide what is there: %j%s', async (targets, tab) => {
    show(targets, tab)
    expect(await screen.findByText('shown')).toBeTruthy()
  })

  it.each<[Dataset['targets'], RegExp]>([
    [all, /^Its tables, files and grants are removed/],
    [['mysql', 'kafka'], /^Its tables and grants are removed/],
    [['files', 'kafka'], /^Its files are removed/],
    [['kafka'], /^What is known of it is removed/],
  ])('is not said to be deleted: %j', async (targets, words) => {
    show(targets, '')
    fireEvent.click(await screen.findByRole('button', { name: 'Delete' }))
    expect(screen.getByText(words)).toBeTruthy()
  })

  it('is not counted in the head of the page', async () => {
    show(['mysql', 'kafka'], '')
    expect(await screen.findByText(/11,500 rows · MySQL only$/)).toBeTruthy()
    expect(screen.queryByText(/of files/)).toBeNull()
  })
})
