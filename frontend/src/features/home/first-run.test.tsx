// @vitest-environment jsdom

import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { forgetJobs } from '@/lib/live/jobs-store'
import { someDataset } from '@/testing/datasets'
import { someJob } from '@/testing/jobs'
import { addressOf, renderPage } from '@/testing/page'
import { somePreview } from '@/testing/previews'
import { fakeServer, problem, sentTo } from '@/testing/server'

import FirstRun from './first-run'
import { RunningJobs } from './running-jobs'
import { Sample } from './sample'

const money = { name: 'total', type: 'money', nullable: true, references: null, description: 'All of it.' }
const preview = (rows: Record<string, unknown>[], columns = [money]) =>
  somePreview({
    total_rows: 14_896,
    estimated_bytes: 3_000_000,
    tables: { order_details: { columns, rows, total_rows: 2_500 } },
  })
const previews = { 'POST /api/spec/preview': () => preview([]) }

beforeEach(forgetJobs)
afterEach(cleanup)

describe('the first sizes to choose from', () => {
  const size = (name: string) => within(screen.getByRole('heading', { name }).closest('li') as HTMLElement)

  it('say beside the one that was pressed why it is refused, and repeat it with the same key', async () => {
    const seen = fakeServer({ ...previews, 'POST /api/jobs': () => problem(429, 'Two jobs at a time.') })
    const router = renderPage(<FirstRun />)
    fireEvent.click(screen.getByRole('button', { name: 'Make large shop' }))
    expect((await size('Large shop').findByRole('alert')).textContent).toBe('Two jobs at a time.')
    expect(size('Small shop').queryByRole('alert')).toBeNull()
    fireEvent.click(screen.getByRole('button', { name: 'Make large shop' }))
    await waitFor(() => expect(sentTo(seen, 'POST', '/api/jobs')).toHaveLength(2))
    const keys = sentTo(seen, 'POST', '/api/jobs').map(({ headers }) => headers.get('idempotency-key'))
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/)
    expect(keys[1]).toBe(keys[0])
    expect(addressOf(router)).toBe('/')
  })

  it('ask for the rows of the larger ones only after the smaller', async () => {
    let broken = true
    const seen = fakeServer({
      'POST /api/spec/preview': () => (broken ? problem(500, 'No rows for now.') : preview([])),
    })
    renderPage(<FirstRun />)
    expect((await screen.findByRole('alert')).textContent).toContain('No rows for now.')
    expect(seen).toHaveLength(1)
    broken = false
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
    await waitFor(() => expect(seen).toHaveLength(4))
    expect(seen.map(({ body }) => body)).toMatchObject(
      [1_000, 1_000, 10_000, 100_000].map((customers) => ({ spec: { customers } })),
    )
  })
})

describe('the sample', () => {
  const cells = (): (string | null)[] => screen.getAllByRole('cell').map((cell) => cell.textContent)

  it('writes money by its currency, and leaves it as it is where that is not known', () => {
    renderPage(
      <Sample
        preview={preview([
          { total: 1234, currency: 'JPY' },
          { total: 1234 },
          { total: null, currency: 'USD' },
        ])}
      />,
    )
    const totals = cells().filter((_, index) => index % 4 === 2)
    expect(totals).toEqual(['JP¥1,234', '1234', 'NULL'])
  })

  it('shows five rows at most, of the tables that there are', () => {
    const rows = Array.from({ length: 9 }, (_, index) => ({ order_number: `ORD-${String(index)}` }))
    renderPage(<Sample preview={preview(rows)} />)
    expect(screen.getAllByText(/^ORD-/).map((cell) => cell.textContent)).toEqual(
      rows.slice(0, 5).map((row) => row.order_number),
    )
    expect(screen.queryByRole('heading', { name: 'Customers' })).toBeNull()
  })
})

describe('jobs that run', () => {
  it('go by a part of their id where their dataset is not known, and lead to their page', async () => {
    const paused = someJob({ id: 'abcdefghijkl', state: 'paused', rows_total: 0, rows_done: 0 })
    fakeServer({
      'GET /api/jobs': () => ({ items: [paused], next: null }),
      'GET /api/datasets': () => problem(503, 'Away.'),
    })
    renderPage(<RunningJobs />)
    const link = await screen.findByRole('link', { name: 'abcdefgh' })
    expect(link.getAttribute('href')).toBe('/jobs/abcdefghijkl')
    expect(screen.getByText('Paused · 0 of 0 rows')).toBeTruthy()
    expect(screen.queryByText(/left$/)).toBeNull()
  })

  it('are told with their rate and what is left, where that is known', async () => {
    const job = someJob({ dataset_id: someDataset().id, rows_per_second: null, seconds_left: null })
    fakeServer({
      'GET /api/jobs': () => ({ items: [job, someJob({ id: 'other', seconds_left: 75 })], next: null }),
      'GET /api/datasets': () => ({ items: [someDataset()], next: null }),
    })
    renderPage(<RunningJobs />)
    expect(await screen.findByText('– · – left')).toBeTruthy()
    expect(screen.getByText('50 rows/s · 1 min 15 s left')).toBeTruthy()
  })
})
