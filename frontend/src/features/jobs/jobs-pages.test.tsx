// @vitest-environment jsdom

import { act, cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { forgetJobs, mergeJob } from '@/lib/live/jobs-store'
import { someDataset } from '@/testing/datasets'
import { someJob } from '@/testing/jobs'
import { addressOf, renderPage } from '@/testing/page'
import { fakeServer, sentTo } from '@/testing/server'

import { ActiveJob } from './active-job'
import { DatasetJobsTab } from './dataset-jobs-tab'
import { JobsPage } from './jobs-page'

const job = someJob()

const routes = {
  'GET /api/datasets': () => ({ items: [someDataset()], next: null }),
  'GET /api/datasets/*': () => someDataset(),
}

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
