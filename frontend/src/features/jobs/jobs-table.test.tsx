// @vitest-environment jsdom

import { cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Job } from '@/lib/api/types'
import { forgetJobs } from '@/lib/live/jobs-store'
import { clearSession } from '@/lib/session/store'
import { someDataset } from '@/testing/datasets'
import { someJob } from '@/testing/jobs'
import { renderPage } from '@/testing/page'
import { fakeServer, problem, sentTo } from '@/testing/server'

import { DatasetJobsTab } from './dataset-jobs-tab'
import { JobsPage } from './jobs-page'
import { JobsTable } from './jobs-table'
import { StageRow } from './stage-row'
import type { Stage } from './stages'
import { TableProgress } from './table-progress'

beforeEach(() => {
  forgetJobs()
  clearSession()
})
afterEach(cleanup)

describe('a row in the table of jobs', () => {
  const rowOf = (changes: Partial<Job>) => {
    fakeServer({ 'GET /api/datasets': () => ({ items: [], next: null }) })
    renderPage(<JobsTable jobs={[someJob(changes)]} />)
    const [, row] = screen.getAllByRole('row')
    if (row === undefined) throw new Error('There is no row of a job.')
    return within(row)
  }

  it('goes by the start of its id where its dataset is gone', () => {
    const link = rowOf({ id: '0193c0de-0000-7000-8000-000000000009', kind: 'append' }).getByRole('link')
    expect(link.textContent).toBe('0193c0de')
    expect(link.getAttribute('href')).toBe('/jobs/0193c0de-0000-7000-8000-000000000009')
    expect(screen.getByText('Append')).toBeTruthy()
  })

  it('shows how far a job is, and how long it takes, until it is over', () => {
    const running = rowOf({ seconds_left: 75 })
    expect(running.getByRole<HTMLProgressElement>('progressbar', { name: 'Rows done' }).position).toBe(0.2)
    expect(running.getByRole('cell', { name: '1 min 15 s' })).toBeTruthy()
    cleanup()
    const failed = rowOf({ state: 'failed', phase: null, seconds_left: 75 })
    expect(failed.queryByRole('progressbar')).toBeNull()
    expect(failed.getByRole('cell', { name: '–' })).toBeTruthy()
    expect(failed.getByText('failed')).toBeTruthy()
  })
})

describe('a list of jobs that cannot be shown', () => {
  it.each([
    [403, 'Your account is locked.'],
    [503, 'The orchestrator is away for now.'],
  ])('says what the server said with %s, and is fetched again on request', async (status, words) => {
    let refusals = 1
    fakeServer({
      'GET /api/datasets': () => ({ items: [someDataset()], next: null }),
      'GET /api/jobs': () => {
        refusals -= 1
        return refusals >= 0 ? problem(status, words) : { items: [someJob()], next: null }
      },
    })
    renderPage(<JobsPage />)
    expect((await screen.findByRole('alert')).textContent).toContain(words)
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
    expect(await screen.findByRole('link', { name: 'Pine' })).toBeTruthy()
    expect(screen.queryByRole('alert')).toBeNull()
  })

  it('on a dataset without jobs is empty, and says so where it fails', async () => {
    fakeServer({ 'GET /api/jobs': () => ({ items: [], next: null }) })
    renderPage(<DatasetJobsTab />, '/datasets/d1/jobs', '/datasets/:datasetId/jobs')
    expect(await screen.findByText('No jobs')).toBeTruthy()
    expect(screen.queryByRole('table')).toBeNull()
    cleanup()
    fakeServer({ 'GET /api/jobs': () => problem(503, 'No database for now.') })
    renderPage(<DatasetJobsTab />, '/datasets/d1/jobs', '/datasets/:datasetId/jobs')
    expect((await screen.findByRole('alert')).textContent).toContain('No database for now.')
  })
})

describe('a list of jobs longer than a page', () => {
  it('shows the next page below the first, until there is none', async () => {
    const seen = fakeServer({
      'GET /api/datasets': () => ({ items: [], next: null }),
      'GET /api/jobs': ({ query }) =>
        query.get('cursor') === 'second'
          ? { items: [someJob({ id: 'bbbbbbbb' })], next: null }
          : { items: [someJob({ id: 'aaaaaaaa' })], next: 'second' },
    })
    renderPage(<JobsPage />, '/?state=running')
    fireEvent.click(await screen.findByRole('button', { name: 'Show more' }))
    expect(await screen.findByRole('link', { name: 'bbbbbbbb' })).toBeTruthy()
    expect(screen.getByRole('link', { name: 'aaaaaaaa' })).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull()
    expect(sentTo(seen, 'GET', '/api/jobs').at(-1)?.query.get('state')).toBe('running')
  })
})

describe('the stages of a job', () => {
  const show = (stages: Stage[], state: Job['state'] = 'running'): HTMLElement[] => {
    render(<StageRow stages={stages} state={state} />)
    return within(screen.getByRole('list', { name: 'Stages' })).getAllByRole('listitem')
  }

  it.each([
    [{ standing: 'done', seconds: 75 }, 'Indexing: done1 min 15 s'],
    [{ standing: 'done', seconds: null }, 'Indexing: donedone'],
    [{ standing: 'now', seconds: 0.4 }, 'Indexing: in progressless than 1 s'],
    [{ standing: 'paused', seconds: 3 }, 'Indexing: paused herepaused after 3 s'],
    [{ standing: 'stopped', seconds: 3 }, 'Indexing: stopped herestopped after 3 s'],
    [{ standing: 'ahead', seconds: 3 }, 'Indexing: still to cometo come'],
  ] as const)('are said in words (%j)', (stage, words) => {
    expect(show([{ name: 'indexing', ...stage }])[0]?.textContent).toBe(words)
  })

  it.each([
    ['now', 'step'],
    ['paused', 'step'],
    ['done', null],
    ['stopped', null],
    ['ahead', null],
  ] as const)('mark the one that is %s as current: %s', (standing, current) => {
    const [place] = show([{ name: 'generating', standing, seconds: 1 }])
    expect(place?.getAttribute('aria-current')).toBe(current)
  })

  it('end with the word done only when the job is completed', () => {
    expect(show([], 'cancelled')[0]?.textContent).toBe('Done: still to cometo come')
    cleanup()
    expect(show([], 'completed')[0]?.textContent).toBe('Done: done')
  })
})

describe('the progress of tables', () => {
  const bar = (name: string): HTMLProgressElement =>
    screen.getByRole('progressbar', { name: `${name}, rows done` })

  it('is never more than full, nor broken by a table without rows', () => {
    const tables = {
      reviews: { rows_done: 120, rows_total: 100 },
      returns: { rows_done: 0, rows_total: 0 },
      users: { rows_done: 999, rows_total: 1_000 },
    }
    render(<TableProgress job={someJob({ tables })} />)
    expect([bar('reviews'), bar('returns')].map(({ position }) => position)).toEqual([1, 0])
    expect(screen.getByText('99%')).toBeTruthy()
    expect(screen.getAllByRole('listitem').map((item) => item.textContent)).toEqual([
      'reviews120 of 100100%',
      'returns0 of 0–',
      'users999 of 1,00099%',
    ])
  })
})
