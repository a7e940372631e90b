// @vitest-environment jsdom

import { cleanup, fireEvent, screen, within } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'

import { DatasetPage } from '@/features/datasets/dataset-page'
import type { Dataset, Report } from '@/lib/api/types'
import { someDataset, someTable } from '@/testing/datasets'
import { someJob } from '@/testing/jobs'
import { renderRoutes } from '@/testing/page'
import { someAnswer, someCheck } from '@/testing/reports'
import { fakeServer, problem, sentTo } from '@/testing/server'

import { OverviewTab } from './overview-tab'
import { verdictOf } from './quality'

const address = `/datasets/${someDataset().id}`
const noReport: Report = { state: 'none', kind: null, made_at: null, reason: null }
const invariant = { number: 1, name: 'Keys', rows_checked: 5, violations: 0, ok: true }
const fullReport: Report = {
  state: 'ready',
  kind: 'full',
  made_at: '2026-01-02T03:04:05.000Z',
  reason: null,
  checks: [someCheck()],
  invariants: [invariant, { ...invariant, number: 2 }],
}

function show(
  dataset: Partial<Dataset> = {},
  routes: Parameters<typeof fakeServer>[0] = {},
): ReturnType<typeof fakeServer> {
  const seen = fakeServer({
    'GET /api/datasets/*/report': () => noReport,
    'GET /api/datasets/*/answers': () => ({ state: 'none', items: [] }),
    'GET /api/datasets/*/tables': () => ({
      items: [someTable({ name: 'users', rows: 2_500, bytes: 2_048 }), someTable()],
    }),
    'GET /api/jobs': () => ({ items: [someJob({ state: 'completed', phase: null })], next: null }),
    'GET /api/datasets/*': () => someDataset(dataset),
    ...routes,
  })
  renderRoutes(
    [
      {
        path: '/datasets/:datasetId',
        element: <DatasetPage progress={null} />,
        children: [{ index: true, element: <OverviewTab /> }],
      },
    ],
    address,
  )
  return seen
}

describe('the overview of a dataset', () => {
  afterEach(cleanup)

  it('counts rows and bytes of each table and of all, and leads to them', async () => {
    show()
    const table = within(await screen.findByRole('table', { name: 'Rows and bytes of each table' }))
    const rows = table.getAllByRole('row').map((row) => row.textContent)
    expect(rows).toEqual([
      'TableRowsFiles',
      'users2,5002 KiB',
      'order_details9,000684 KiB',
      'All tables11,500686 KiB',
    ])
    expect(table.getByRole('link', { name: 'users' }).getAttribute('href')).toBe(`${address}/tables/users`)
  })

  it('draws what is in it from the answers of a full report, asked for once', async () => {
    const seen = show(
      {},
      {
        'GET /api/datasets/*/report': () => fullReport,
        'GET /api/datasets/*/answers': () => ({ state: 'ready', items: [someAnswer()] }),
      },
    )
    expect(await screen.findByText('2 of 2 invariants hold.')).toBeTruthy()
    expect(await screen.findByRole('img', { name: 'Basket size' })).toBeTruthy()
    expect(sentTo(seen, 'GET', `/api${address}/answers`)).toHaveLength(1)
    expect(screen.getByRole('link', { name: 'All answers' }).getAttribute('href')).toBe(`${address}/answers`)
    expect(screen.queryByRole('button', { name: 'Make a full report' })).toBeNull()
  })

  it('offers a full report where none was made, and says when that is refused', async () => {
    const seen = show({}, { 'POST /api/datasets/*/report': () => problem(409, 'A job is running.') })
    expect(await screen.findByText('not examined yet')).toBeTruthy()
    expect(await screen.findByText('No plots yet')).toBeTruthy()
    fireEvent.click(screen.getByRole('button', { name: 'Make a full report' }))
    expect((await screen.findByRole('alert')).textContent).toBe('A job is running.')
    expect(sentTo(seen, 'POST', `/api${address}/report`)).toHaveLength(1)
  })

  it('waits with plots and report while the dataset is made', async () => {
    show({ state: 'creating' })
    expect(await screen.findByText('Rows are checked when all are stored.')).toBeTruthy()
    expect(await screen.findByText(/found when all rows are stored and checked/)).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Make a full report' })).toBeNull()
  })

  it('says why the job of an incomplete one failed', async () => {
    show(
      { state: 'incomplete' },
      {
        'GET /api/jobs': () => ({
          items: [someJob({ id: 'full-disk', state: 'failed', phase: null, error: 'The disk is full.' })],
          next: null,
        }),
      },
    )
    expect(await screen.findByText('The disk is full.')).toBeTruthy()
    expect(screen.getByText(/This dataset is incomplete/)).toBeTruthy()
  })

  it('has neither quality nor plots where there are no tables, and asks for none', async () => {
    const seen = show({ targets: ['files', 'kafka'] })
    expect(await screen.findByText('No tables in MySQL')).toBeTruthy()
    expect(await screen.findByRole('table', { name: 'Rows and bytes of each table' })).toBeTruthy()
    expect(screen.queryByRole('link', { name: 'users' })).toBeNull()
    expect(sentTo(seen, 'GET', `/api${address}/report`)).toEqual([])
  })

  it('counts no bytes where there are no files', async () => {
    show({ targets: ['mysql', 'kafka'] })
    const table = within(await screen.findByRole('table', { name: 'Rows of each table' }))
    expect(table.getAllByRole('row').at(-1)?.textContent).toBe('All tables11,500')
  })

  it('says which part cannot be read, and shows the others', async () => {
    show({}, { 'GET /api/datasets/*/tables': () => problem(503, 'Away.') })
    expect((await screen.findByRole('alert')).textContent).toContain('Away.')
    expect(await screen.findByRole('link', { name: 'New dataset' })).toBeTruthy()
  })
})

describe('what is known of the quality', () => {
  it.each<[Partial<Report>, Dataset['state'], string, string]>([
    [{}, 'ready', 'not examined yet', 'No full report was made.'],
    [{}, 'creating', 'not examined yet', 'Rows are checked when all are stored.'],
    [
      { kind: 'seal', checks: [someCheck({ ok: null })] },
      'ready',
      'not examined yet',
      'No full report was made. All 1 check of its load hold.',
    ],
    [
      { kind: 'seal', checks: [someCheck({ ok: null, violations: 2 })] },
      'ready',
      'broken',
      '1 of 1 check of its load found violations.',
    ],
    [{ state: 'running' }, 'ready', 'checking', 'Every row is being checked.'],
    [{ state: 'failed', reason: 'Too large.' }, 'ready', 'unknown', 'Too large.'],
    [fullReport, 'ready', 'whole', '2 of 2 invariants hold.'],
    [
      { ...fullReport, invariants: [invariant, { ...invariant, ok: false }] },
      'ready',
      'broken',
      '1 of 2 invariants hold.',
    ],
  ])('%# is said in one sentence', (report, state, badge, words) => {
    const verdict = verdictOf({ ...noReport, ...report }, state)
    expect([verdict.badge, verdict.words]).toEqual([badge, words])
  })
})
