// @vitest-environment jsdom

import { act, cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Job, JobEvent } from '@/lib/api/types'
import { forgetJobs, mergeJob, setLiveStatus } from '@/lib/live/jobs-store'
import { forgetObservations, observe } from '@/lib/live/observations'
import { someDataset } from '@/testing/datasets'
import { openDetails } from '@/testing/details'
import { someEvent, someJob } from '@/testing/jobs'
import { renderPage } from '@/testing/page'
import { fakeServer, problem, sentTo, type Sent } from '@/testing/server'

import { JobPage } from './job-page'

const job = someJob()
const created = someEvent({ at: job.created_at, event: 'created', state: 'queued', phase: null })
const generating = someEvent()

/** Shows the page of a job in a state, with what else the server is to say. */
function show(
  shown: () => Job,
  { events = [created, generating], ...more }: { events?: JobEvent[] } & Record<string, unknown> = {},
): Sent[] {
  const seen = fakeServer({
    'GET /api/datasets/*': () => someDataset(),
    'GET /api/jobs': () => ({ items: [shown()], next: null }),
    'GET /api/jobs/*': shown,
    'GET /api/jobs/*/events': () => ({ items: events, next: null }),
    ...(more as Parameters<typeof fakeServer>[0]),
  })
  renderPage(<JobPage />, `/jobs/${job.id}`, '/jobs/:jobId')
  return seen
}

const press = async (name: string): Promise<void> => {
  fireEvent.click(await screen.findByRole('button', { name }))
}

const stageOf = async (name: RegExp): Promise<HTMLElement> =>
  within(await screen.findByRole('list', { name: 'Stages' })).findByText(name)

beforeEach(() => {
  forgetJobs()
  forgetObservations()
})
afterEach(cleanup)

describe('the page of a job', () => {
  it('shows progress by stage and by table, and what happened', async () => {
    show(() => job)
    expect(await screen.findByRole('heading', { name: 'Pine' })).toBeTruthy()
    expect(screen.getByRole('progressbar', { name: 'users, rows done' })).toBeTruthy()
    expect(await screen.findByText('Began to generate and store rows.')).toBeTruthy()
    expect(await stageOf(/^Queued/)).toBeTruthy()
    const current = screen.getByRole('list', { name: 'Stages' }).querySelector('[aria-current=step]')
    expect(current?.textContent).toContain('Generating and storing: in progress')
  })

  it('takes the newest state, whichever way it came', async () => {
    show(() => job)
    expect((await screen.findByTestId('rows-done')).textContent).toBe('200')
    act(() => mergeJob(someJob({ version: 5, rows_done: 700 })))
    expect(screen.getByTestId('rows-done').textContent).toBe('700')
    act(() => mergeJob(someJob({ version: 4, rows_done: 600 })))
    expect(screen.getByTestId('rows-done').textContent).toBe('700')
  })

  it('says whether it is live, and when it reconnects', async () => {
    show(() => job)
    expect((await screen.findByTestId('live-status')).textContent).toContain('Connecting')
    act(() => setLiveStatus('offline'))
    expect(screen.getByTestId('live-status').textContent).toContain('Reconnecting')
    act(() => setLiveStatus('live'))
    expect(screen.getByTestId('live-status').textContent).toBe('Live')
  })

  it('says that there is no such job, also where the address holds no id at all', async () => {
    fakeServer({})
    renderPage(<JobPage />, `/jobs/${job.id}`, '/jobs/:jobId')
    expect(await screen.findByText('There is no such job')).toBeTruthy()
    cleanup()
    fakeServer({ 'GET /api/jobs/*': () => problem(422, 'job_id is not a UUID.') })
    renderPage(<JobPage />, '/jobs/nonsense', '/jobs/:jobId')
    expect(await screen.findByText('There is no such job')).toBeTruthy()
  })
})

describe('what can be done with a job', () => {
  it.each([
    ['Pause', 'Pause the job', 'pause', {}, 'paused'],
    ['Resume', 'Resume the job', 'resume', { state: 'paused', phase: null }, 'queued'],
    ['Try again', 'Try it again', 'retry', { state: 'failed', phase: null, error: 'Refused.' }, 'queued'],
    ['Cancel', 'Cancel the job', 'cancel', {}, 'cancelling'],
  ] as const)('%s, after a question', async (name, confirm, action, changes, after) => {
    let state = someJob(changes)
    const seen = show(() => state, {
      [`POST /api/jobs/*/${action}`]: () => {
        state = someJob({ state: after, phase: null, version: 9 })
        return Response.json(state, { status: 202 })
      },
    })
    await press(name)
    for (const part of ['Stays', 'Goes', 'Costs']) expect(screen.getByText(part)).toBeTruthy()
    expect(sentTo(seen, 'POST', `/api/jobs/${job.id}/${action}`)).toEqual([])
    await press(confirm)
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(sentTo(seen, 'POST', `/api/jobs/${job.id}/${action}`)).toHaveLength(1)
    expect(screen.queryByRole('button', { name })).toBeNull()
  })

  it.each([
    ['Cancel', { kind: 'create' }, /200 rows stored so far;.* The dataset is marked incomplete/],
    ['Cancel', { kind: 'create', rows_done: 0 }, /Nothing is stored yet/],
    ['Cancel', { kind: 'append' }, /The dataset as it was before this append/],
    ['Pause', {}, /The job keeps its place/],
    ['Resume', { state: 'paused', phase: null }, /goes on where it stopped/],
    ['Try again', { state: 'failed', phase: null }, /only what is missing is made/],
    ['Try again', { state: 'failed', phase: null, kind: 'append' }, /starts from the beginning\. If/],
  ] as const)('%s says what comes of it (%j)', async (name, changes, words) => {
    show(() => someJob(changes))
    await press(name)
    expect(within(screen.getByRole('dialog')).getByText(words)).toBeTruthy()
  })

  it('is left alone when one thinks again', async () => {
    const seen = show(() => job)
    await press('Cancel')
    await press('Keep it')
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(seen.filter(({ method }) => method === 'POST')).toEqual([])
  })

  it('says why an action is refused', async () => {
    show(() => job, { 'POST /api/jobs/*/pause': () => problem(409, 'It is being checked already.') })
    await press('Pause')
    await press('Pause the job')
    expect(await screen.findByText('It is being checked already.')).toBeTruthy()
  })
})

describe('the page of a job that does not simply run', () => {
  it('says of a failure what happened, where, and what to do', async () => {
    const failed = someEvent({
      event: 'failed',
      at: '2026-01-02T03:05:00.000Z',
      state: 'failed',
      phase: null,
    })
    show(() => someJob({ state: 'failed', phase: null, error: 'The disk is full.' }), {
      events: [created, generating, failed],
    })
    expect(await screen.findByText('The disk is full.')).toBeTruthy()
    expect(await screen.findByText('The job failed while it made and stored rows')).toBeTruthy()
    expect(screen.getByText(/it goes on from what is stored/)).toBeTruthy()
    expect(screen.getByRole('button', { name: 'Copy the job’s id' })).toBeTruthy()
    expect(screen.queryByTestId('live-status')).toBeNull()
    expect(screen.queryByRole('link', { name: 'report of the dataset' })).toBeNull()
  })

  it('leads from a failed check to the report', async () => {
    const checking = someEvent({ event: 'checking', phase: 'checking' })
    const failed = someEvent({ event: 'failed', state: 'failed', phase: null })
    show(() => someJob({ state: 'failed', phase: null, error: 'Orphans.' }), {
      events: [created, generating, checking, failed],
    })
    const link = await screen.findByRole('link', { name: 'report of the dataset' })
    expect(link.getAttribute('href')).toBe(`/datasets/${job.dataset_id}/report`)
  })

  it('links a queued job to the one that it shares the workers with', async () => {
    show(() => someJob({ state: 'queued', phase: null, rows_done: 0 }), {
      'GET /api/jobs': () => ({ items: [someJob({ id: 'other' })], next: null }),
    })
    expect(await screen.findByText(/It begins by itself/)).toBeTruthy()
    const link = await screen.findByRole('link', { name: '1 other job of yours' })
    expect(link.getAttribute('href')).toBe('/jobs/other')
  })

  it.each([
    [{ state: 'paused', phase: null }, /nothing more is made until you resume it/],
    [{ state: 'cancelled', phase: null }, /It stored 200 rows; the dataset is incomplete/],
    [{ state: 'cancelled', phase: null, rows_done: 1 }, /It stored 1 row; the dataset is incomplete/],
    [{ state: 'cancelled', phase: null, kind: 'append' }, /Its rows were removed/],
    [{ waiting_for: 'the writers: 12 batches not stored yet' }, /not stored yet\. The job goes on by itself/],
  ] as const)('says how it stands (%j)', async (changes, words) => {
    show(() => someJob(changes))
    expect(await screen.findByText(words)).toBeTruthy()
  })
})

describe('the history', () => {
  const many = Array.from({ length: 6 }, () => [
    someEvent({ event: 'paused', state: 'paused', phase: null }),
    someEvent({ event: 'repeated', detail: 'Nothing came for 2 chunks.' }),
  ]).flat()

  it('that is long is cut, and filtered by kind', async () => {
    show(() => job, { events: [created, ...many] })
    const repeated = (): number => screen.queryAllByText('Chunks were asked for again.').length
    await waitFor(() => expect(repeated()).toBe(4))
    fireEvent.change(screen.getByLabelText('Events shown'), { target: { value: 'trouble' } })
    expect(repeated()).toBe(6)
    fireEvent.change(screen.getByLabelText('Events shown'), { target: { value: '' } })
    await press('Show all 13')
    expect(screen.getByText('The job was accepted.')).toBeTruthy()
  })

  it('is fetched to its end, and shows attempts', async () => {
    show(() => job, {
      'GET /api/jobs/*/events': ({ query }: { query: URLSearchParams }) =>
        query.get('cursor') === 'more'
          ? { items: [someEvent({ event: 'retried', at: '2026-01-02T05:00:00Z' })], next: null }
          : { items: [created, generating], next: 'more' },
    })
    expect(await screen.findByText(/^Attempt 2 ·/)).toBeTruthy()
    expect(screen.getByText(/^Attempt 1 ·/)).toBeTruthy()
    expect(screen.getByText('The job was accepted.').parentElement?.querySelector('time')?.title).toMatch(
      /Friday,? 2 January 2026/,
    )
  })
})

describe('the throughput', () => {
  const seenAt = (seconds: number, rows: number): void =>
    observe(someJob({ version: seconds, rows_done: rows, rows_per_second: rows / seconds }))

  it('is drawn from what was seen, with the numbers beside it', async () => {
    for (const [seconds, rows] of [
      [2, 100],
      [4, 500],
      [6, 600],
    ] as const)
      seenAt(seconds, rows)
    show(() => someJob({ version: 6, rows_done: 600, rows_per_second: 100 }))
    expect(
      await screen.findByRole('img', { name: 'Throughput: mean 100 rows/s, highest 200 rows/s' }),
    ).toBeTruthy()
    openDetails()
    const cells = within(screen.getByRole('table', { name: 'Numbers of the throughput' })).getAllByRole('row')
    expect(cells.slice(1).map((row) => row.textContent)).toEqual([
      '0:00 to 0:0250',
      '0:02 to 0:04200',
      '0:04 to 0:0650',
    ])
    expect(screen.queryByText(/^Dashed/)).toBeNull()
  })

  it('says which part of it was not watched', async () => {
    seenAt(60, 60_000)
    seenAt(62, 60_600)
    show(() => someJob({ version: 62, rows_done: 60_600, rows_per_second: 977 }))
    expect(await screen.findByText(/^Dashed: the mean of the time before/)).toBeTruthy()
    expect(screen.getByRole('img', { name: /highest 300 rows/ })).toBeTruthy()
  })

  it('is not drawn where nothing was seen', async () => {
    show(() => someJob({ rows_done: 0, rows_per_second: null }))
    expect(await screen.findByText(/begins with the first rows/)).toBeTruthy()
    expect(screen.queryByRole('img')).toBeNull()
  })

  it('of a job that ended unwatched is its mean in words', async () => {
    show(() => someJob({ state: 'completed', phase: null, rows_done: 1_000 }))
    expect(await screen.findByText(/50 rows\/s on average over 20 s/)).toBeTruthy()
    expect(screen.queryByRole('img')).toBeNull()
  })
})
