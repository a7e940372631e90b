// @vitest-environment jsdom

import { act, cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { forgetJobs, mergeJob } from '@/lib/live/jobs-store'
import { someDataset } from '@/testing/datasets'
import { someJob } from '@/testing/jobs'
import { addressOf, renderPage } from '@/testing/page'
import { someSummary } from '@/testing/reports'
import { fakeServer, problem, sentTo } from '@/testing/server'

import { HomePage } from './home-page'

const pine = someDataset()
const oak = someDataset({ id: 'oak', name: 'Oak', bytes: 9, created_at: '2026-01-01T00:00:00Z' })
const listed = (items: unknown[]) => () => ({ items, next: null })
const none = { 'GET /api/datasets': listed([]), 'GET /api/jobs': listed([]) }
const some = {
  'GET /api/datasets': listed([pine, oak]),
  'GET /api/jobs': listed([]),
  'GET /api/reports': listed([someSummary({ dataset_id: pine.id, broken: 1 })]),
}

const preview = {
  total_rows: 14_896,
  estimated_bytes: 3_000_000,
  tables: {
    order_details: {
      columns: [
        { name: 'order_number', type: 'text' },
        { name: 'total', type: 'money' },
      ],
      rows: [{ order_number: 'ORD-1', total: 1234, currency: 'USD' }],
      total_rows: 2_500,
    },
  },
}

const namesShown = (): (string | null)[] =>
  within(screen.getByRole('table'))
    .getAllByRole('link')
    .map((link) => link.textContent)

beforeEach(forgetJobs)
afterEach(cleanup)

describe('home, with datasets', () => {
  it('links each to its page, with its figures and those of all', async () => {
    fakeServer(some)
    renderPage(<HomePage />)
    expect((await screen.findByRole('link', { name: 'Pine' })).getAttribute('href')).toBe(
      `/datasets/${pine.id}`,
    )
    expect(screen.getAllByText('11,500')).toHaveLength(2)
    expect(screen.getByText('2 datasets · 23,000 rows · 4 MiB of files')).toBeTruthy()
  })

  it('says of each what was proven, by one question for all', async () => {
    const seen = fakeServer(some)
    renderPage(<HomePage />)
    const row = async (name: string): Promise<string | null | undefined> =>
      (await screen.findByRole('link', { name })).closest('tr')?.textContent
    await waitFor(async () => expect(await row('Pine')).toContain('1 of 8 broken'))
    expect(await row('Oak')).toContain('not examined')
    expect(sentTo(seen, 'GET', '/api/reports')).toHaveLength(1)
  })

  it('claims nothing of the quality while no report can be had', async () => {
    const seen = fakeServer({ ...some, 'GET /api/reports': () => problem(503, 'The writer is away.') })
    renderPage(<HomePage />)
    await screen.findByRole('link', { name: 'Pine' })
    await waitFor(() => expect(sentTo(seen, 'GET', '/api/reports')).not.toHaveLength(0))
    expect(screen.queryByText('not examined')).toBeNull()
  })

  it('is searched and sorted, which the address keeps', async () => {
    fakeServer(some)
    const router = renderPage(<HomePage />)
    await screen.findByRole('link', { name: 'Pine' })
    expect(namesShown()).toEqual(['Pine', 'Oak'])
    fireEvent.click(screen.getByRole('button', { name: 'Name' }))
    expect(namesShown()).toEqual(['Oak', 'Pine'])
    expect(screen.getByRole('columnheader', { name: 'Name' }).getAttribute('aria-sort')).toBe('ascending')
    fireEvent.change(screen.getByLabelText('Search datasets'), { target: { value: 'pi' } })
    expect(namesShown()).toEqual(['Pine'])
    expect(screen.getByText('1 of 2 datasets')).toBeTruthy()
    expect(addressOf(router)).toBe('/?q=pi&sort=name')
    fireEvent.change(screen.getByLabelText('Search datasets'), { target: { value: 'elm' } })
    expect(screen.getByText('No dataset has “elm” in its name')).toBeTruthy()
  })

  it('looks through every page', async () => {
    fakeServer({
      ...some,
      'GET /api/datasets': ({ query }) =>
        query.get('cursor') === 'more' ? { items: [oak], next: null } : { items: [pine], next: 'more' },
    })
    renderPage(<HomePage />)
    expect(await screen.findByRole('link', { name: 'Oak' })).toBeTruthy()
  })

  it('shows what is wrong, and tries again', async () => {
    let broken = true
    fakeServer({
      ...some,
      'GET /api/datasets': () =>
        broken ? problem(503, 'The generator is away.') : { items: [pine], next: null },
    })
    renderPage(<HomePage />)
    expect(await screen.findByText(/The generator is away/)).toBeTruthy()
    broken = false
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
    expect(await screen.findByRole('link', { name: 'Pine' })).toBeTruthy()
  })
})

describe('jobs that run', () => {
  it('are shown as they go on, until they are over', async () => {
    const job = someJob({ dataset_id: pine.id })
    fakeServer({ ...some, 'GET /api/jobs': listed([job, someJob({ id: 'old', state: 'completed' })]) })
    renderPage(<HomePage />)
    expect(await screen.findByText('20%')).toBeTruthy()
    expect(await screen.findByRole('progressbar', { name: 'Rows done of Pine' })).toBeTruthy()
    expect(screen.getAllByRole('progressbar')).toHaveLength(1)
    act(() => mergeJob({ ...job, version: 2, rows_done: 500 }))
    expect(screen.getByText('50%')).toBeTruthy()
    act(() => mergeJob({ ...job, version: 3, state: 'completed' }))
    expect(screen.queryByText('Running now')).toBeNull()
  })

  it('are shown as soon as the live connection tells of them', async () => {
    fakeServer(some)
    renderPage(<HomePage />)
    await screen.findByRole('link', { name: 'Oak' })
    act(() => mergeJob(someJob({ dataset_id: 'oak', state: 'paused' })))
    expect(screen.getByText('paused')).toBeTruthy()
    expect(screen.getByRole('progressbar', { name: 'Rows done of Oak' })).toBeTruthy()
  })
})

describe('home, for who has nothing yet', () => {
  it('shows real rows, and makes a shop of one of three sizes with one click', async () => {
    const seen = fakeServer({
      ...none,
      'POST /api/spec/preview': () => preview,
      'POST /api/jobs': () => Response.json(someJob(), { status: 202 }),
    })
    const router = renderPage(<HomePage />)
    expect(await screen.findByText('US$12.34')).toBeTruthy()
    await waitFor(() => expect(screen.getAllByText('14,896 rows, about 2.9 MiB')).toHaveLength(3))
    const asked = sentTo(seen, 'POST', '/api/spec/preview').map(({ body }) => body)
    expect(asked).toMatchObject([1_000, 10_000, 100_000].map((customers) => ({ spec: { customers } })))
    fireEvent.click(screen.getByRole('button', { name: 'Make medium shop' }))
    await waitFor(() => expect(addressOf(router)).toBe(`/jobs/${someJob().id}`))
    expect(sentTo(seen, 'POST', '/api/jobs')[0]?.body).toEqual({
      spec: { name: 'Medium shop', customers: 10_000 },
    })
  })

  it('offers the sizes where no rows can be shown, and says why not', async () => {
    fakeServer({ ...none, 'POST /api/spec/preview': () => problem(500, 'No rows today.') })
    renderPage(<HomePage />)
    expect(await screen.findByText('No rows today.')).toBeTruthy()
    expect(screen.getByText('No datasets yet')).toBeTruthy()
    expect(screen.getAllByRole('button', { name: /^Make / })).toHaveLength(3)
    expect(screen.getAllByRole('link', { name: 'New dataset' })).toHaveLength(1)
  })
})
