// @vitest-environment jsdom

import { act, cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { forgetJobs, mergeJob, setLiveStatus } from '@/lib/live/jobs-store'
import { someDataset } from '@/testing/datasets'
import { someJob } from '@/testing/jobs'
import { addressOf, renderPage } from '@/testing/page'
import { fakeServer, problem, sentTo } from '@/testing/server'

import { ActiveJob } from './active-job'
import { DatasetJobsTab } from './dataset-jobs-tab'
import { JobPage } from './job-page'
import { JobsPage } from './jobs-page'

const job = someJob()
const event = { at: '2026-01-02T03:04:06.000Z', event: 'generating', detail: 'First chunks.' }

const routes = {
  'GET /api/datasets': () => ({ items: [someDataset()], next: null }),
  'GET /api/datasets/*': () => someDataset(),
  'GET /api/jobs/*/events': () => ({ items: [event], next: null }),
}

const showJob = (): ReturnType<typeof renderPage> =>
  renderPage(<JobPage />, `/jobs/${job.id}`, '/jobs/:jobId')

describe('the page of a job', () => {
  beforeEach(() => forgetJobs())
  afterEach(cleanup)

  it('shows progress by table, times and history', async () => {
    fakeServer({ ...routes, 'GET /api/jobs/*': () => job })
    showJob()
    expect(await screen.findByRole('heading', { name: 'Pine' })).toBeTruthy()
    expect(screen.getByRole('progressbar', { name: 'users, rows done' })).toBeTruthy()
    expect(await screen.findByText('Generating', { selector: 'li span' })).toBeTruthy()
    expect(screen.getByText(/First chunks/)).toBeTruthy()
  })

  it('takes the newest state, whichever way it came', async () => {
    fakeServer({ ...routes, 'GET /api/jobs/*': () => job })
    showJob()
    expect((await screen.findByTestId('rows-done')).textContent).toBe('200')
    act(() => mergeJob(someJob({ version: 5, rows_done: 700 })))
    expect(screen.getByTestId('rows-done').textContent).toBe('700')
    act(() => mergeJob(someJob({ version: 4, rows_done: 600 })))
    expect(screen.getByTestId('rows-done').textContent).toBe('700')
  })

  it('says whether it is live', async () => {
    fakeServer({ ...routes, 'GET /api/jobs/*': () => job })
    showJob()
    expect((await screen.findByTestId('live-status')).textContent).toContain('Connecting')
    act(() => setLiveStatus('offline'))
    expect(screen.getByTestId('live-status').textContent).toContain('interrupted')
    act(() => setLiveStatus('live'))
    expect(screen.getByTestId('live-status').textContent).toBe('Live')
  })

  it.each([
    ['Pause', 'pause', {}, 'paused'],
    ['Resume', 'resume', { state: 'paused', phase: null }, 'queued'],
    ['Try again', 'retry', { state: 'failed', phase: null, error: 'A chunk was refused.' }, 'queued'],
  ] as const)('has a button to %s', async (name, action, changes, after) => {
    let state = someJob(changes)
    const seen = fakeServer({
      ...routes,
      'GET /api/jobs/*': () => state,
      [`POST /api/jobs/*/${action}`]: () => {
        state = someJob({ state: after, phase: null, version: 9 })
        return Response.json(state, { status: 202 })
      },
    })
    showJob()
    fireEvent.click(await screen.findByRole('button', { name }))
    await waitFor(() => expect(screen.queryByRole('button', { name })).toBeNull())
    expect(sentTo(seen, 'POST', `/api/jobs/${job.id}/${action}`)).toHaveLength(1)
  })

  it('cancels only after a question', async () => {
    const seen = fakeServer({
      ...routes,
      'GET /api/jobs/*': () => job,
      'POST /api/jobs/*/cancel': () =>
        Response.json(someJob({ state: 'cancelling', phase: null, version: 9 }), { status: 202 }),
    })
    showJob()
    fireEvent.click(await screen.findByRole('button', { name: 'Cancel' }))
    expect(sentTo(seen, 'POST', `/api/jobs/${job.id}/cancel`)).toEqual([])
    fireEvent.click(screen.getByRole('button', { name: 'Cancel the job' }))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(screen.getAllByText('Cancelling').length).toBeGreaterThan(0)
  })

  it.each([
    ['create', /stay, and the dataset is marked incomplete/],
    ['append', /are removed, and the dataset is as it was before/],
  ] as const)('says what cancelling means for a job of kind %s', async (kind, words) => {
    fakeServer({ ...routes, 'GET /api/jobs/*': () => someJob({ kind }) })
    showJob()
    fireEvent.click(await screen.findByRole('button', { name: 'Cancel' }))
    expect(screen.getByText(words)).toBeTruthy()
  })

  it('says why an action is refused', async () => {
    fakeServer({
      ...routes,
      'GET /api/jobs/*': () => job,
      'POST /api/jobs/*/pause': () => problem(409, 'It is being checked already.'),
    })
    showJob()
    fireEvent.click(await screen.findByRole('button', { name: 'Pause' }))
    expect(await screen.findByText('It is being checked already.')).toBeTruthy()
  })

  it('shows the reason of a failure', async () => {
    fakeServer({
      ...routes,
      'GET /api/jobs/*': () => someJob({ state: 'failed', phase: null, error: 'The disk is full.' }),
    })
    showJob()
    expect(await screen.findByText('The disk is full.')).toBeTruthy()
    expect(screen.queryByTestId('live-status')).toBeNull()
  })

  it('says that there is no such job', async () => {
    fakeServer({})
    showJob()
    expect(await screen.findByText('There is no such job')).toBeTruthy()
  })
})

describe('the list of jobs', () => {
  beforeEach(() => forgetJobs())
  afterEach(cleanup)

  it('names the dataset of each, and keeps the state in the address', async () => {
    const seen = fakeServer({ ...routes, 'GET /api/jobs': () => ({ items: [job], next: null }) })
    const router = renderPage(<JobsPage />)
    expect(await screen.findByRole('link', { name: 'Pine' })).toBeTruthy()
    fireEvent.change(screen.getByLabelText('State'), { target: { value: 'running' } })
    await waitFor(() => expect(addressOf(router)).toBe('/?state=running'))
    await waitFor(() => expect(sentTo(seen, 'GET', '/api/jobs').at(-1)?.query.get('state')).toBe('running'))
  })

  it('does not ask for a state that is none', async () => {
    const seen = fakeServer({ ...routes, 'GET /api/jobs': () => ({ items: [], next: null }) })
    renderPage(<JobsPage />, '/?state=nonsense')
    expect(await screen.findByText('No jobs yet')).toBeTruthy()
    expect(sentTo(seen, 'GET', '/api/jobs')[0]?.query.has('state')).toBe(false)
  })

  it('has another word for an empty state than for no jobs at all', async () => {
    fakeServer({ ...routes, 'GET /api/jobs': () => ({ items: [], next: null }) })
    renderPage(<JobsPage />, '/?state=failed')
    expect(await screen.findByText('No failed jobs')).toBeTruthy()
  })

  it('of one dataset asks for that one', async () => {
    const seen = fakeServer({ ...routes, 'GET /api/jobs': () => ({ items: [job], next: null }) })
    renderPage(<DatasetJobsTab />, `/datasets/${job.dataset_id}/jobs`, '/datasets/:datasetId/jobs')
    await screen.findByRole('link', { name: 'Pine' })
    expect(sentTo(seen, 'GET', '/api/jobs')[0]?.query.get('dataset_id')).toBe(job.dataset_id)
  })
})

describe('the job on the page of its dataset', () => {
  beforeEach(() => forgetJobs())
  afterEach(cleanup)

  it('is there until it is over', async () => {
    fakeServer({ ...routes, 'GET /api/jobs': () => ({ items: [job], next: null }) })
    renderPage(<ActiveJob />, `/datasets/${job.dataset_id}`, '/datasets/:datasetId')
    expect(await screen.findByRole('link', { name: 'Open the job' })).toBeTruthy()
    act(() => mergeJob(someJob({ state: 'completed', phase: null, version: 7 })))
    expect(screen.queryByRole('link', { name: 'Open the job' })).toBeNull()
  })
})
