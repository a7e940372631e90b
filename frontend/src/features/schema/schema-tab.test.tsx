// @vitest-environment jsdom

import { cleanup, fireEvent, screen, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { DatasetPage } from '@/features/datasets/dataset-page'
import { someColumn, someDataset, someTable } from '@/testing/datasets'
import { renderRoutes } from '@/testing/page'
import { fakeServer, problem } from '@/testing/server'

import { SchemaTab } from './schema-tab'

const address = `/datasets/${someDataset().id}`
const users = someTable({ name: 'users', rows: 1, columns: [someColumn({ name: 'id', type: 'id' })] })

function show(tables: () => unknown): void {
  fakeServer({ 'GET /api/datasets/*/tables': tables, 'GET /api/datasets/*': () => someDataset() })
  renderRoutes(
    [
      {
        path: '/datasets/:datasetId',
        element: <DatasetPage progress={null} />,
        children: [{ path: 'schema', element: <SchemaTab /> }],
      },
    ],
    `${address}/schema`,
  )
}

describe('the schema on a narrow window', () => {
  beforeEach(() => {
    vi.stubGlobal('matchMedia', () => Object.assign(new EventTarget(), { matches: false }))
  })
  afterEach(() => {
    cleanup()
    vi.unstubAllGlobals()
  })

  it('is a list of the tables with their columns and keys, without a diagram', async () => {
    show(() => ({ items: [users, someTable()] }))
    const columns = await screen.findByRole('table', { name: 'Columns of order_details', hidden: true })
    const rows = within(columns)
      .getAllByRole('row', { hidden: true })
      .map((row) =>
        within(row)
          .queryAllByRole('cell', { hidden: true })
          .map((cell) => cell.textContent),
      )
    expect(rows.slice(1, 4).map((row) => row.slice(0, 4))).toEqual([
      ['id', 'id', 'no', 'primary key'],
      ['user_id', 'id', 'no', 'foreign key to users.id'],
      ['status', 'enum', 'no', ''],
    ])
    expect(rows[3]?.[4]).toContain('One of paid, shipped.')
    expect(screen.queryByRole('region', { name: 'Diagram of the tables' })).toBeNull()
    expect(screen.queryByText('Loading diagram…')).toBeNull()
  })

  it('names what refers to a table, and leads to its rows', async () => {
    show(() => ({ items: [users, someTable()] }))
    expect(await screen.findByText(/referenced by order_details\.user_id/)).toBeTruthy()
    expect(screen.getByRole('link', { name: 'Rows of users', hidden: true }).getAttribute('href')).toBe(
      `${address}/tables/users`,
    )
  })

  it('says why it cannot be read, and reads it when asked again', async () => {
    let broken = true
    show(() => (broken ? problem(503, 'Away.') : { items: [users] }))
    expect((await screen.findByRole('alert')).textContent).toContain('Away.')
    broken = false
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
    expect(await screen.findByRole('heading', { name: 'Tables and columns' })).toBeTruthy()
  })
})
