// @vitest-environment jsdom

import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { toast } from '@/components/ui/toasts'
import type { Job } from '@/lib/api/types'
import { forgetJobs, mergeJob } from '@/lib/live/jobs-store'
import { someJob } from '@/testing/jobs'
import { renderPage } from '@/testing/page'
import { fakeServer, problem } from '@/testing/server'

import { Situation } from './situation'
import type { StageName } from './stages'

const failed = { state: 'failed', phase: null } as const
const queued = { state: 'queued', phase: null, rows_done: 0 } as const

function show(changes: Partial<Job>, stage: StageName = 'generating', others: Job[] = []): void {
  fakeServer({ 'GET /api/jobs': () => ({ items: others, next: null }) })
  renderPage(<Situation job={someJob(changes)} stage={stage} />)
}

beforeEach(() => forgetJobs())
// What was said in passing would else still be there for the next test.
afterEach(() => {
  cleanup()
  toast('')
})

describe('a job that failed', () => {
  it.each([
    ['queued', 'The job failed before its first row'],
    ['generating', 'The job failed while it made and stored rows'],
    ['indexing', 'The job failed while it added indexes'],
    ['checking', 'The job failed while it checked what is stored'],
  ] as const)('in the stage %s says so in an alert', (stage, words) => {
    show({ ...failed, error: 'The disk is full.' }, stage)
    const alert = within(screen.getByRole('alert'))
    expect(alert.getByRole('heading', { name: words })).toBeTruthy()
    expect(alert.getByText('The disk is full.')).toBeTruthy()
    expect(alert.queryAllByRole('link')).toHaveLength(stage === 'checking' ? 1 : 0)
  })

  it('leads to no report of a dataset that can have none', () => {
    show({ ...failed, error: 'Not whole.', targets: ['files', 'kafka'] }, 'checking')
    expect(within(screen.getByRole('alert')).queryAllByRole('link')).toEqual([])
  })

  it('without a reason does not leave a gap', () => {
    show({ ...failed, error: null })
    expect(screen.getByText('The server gave no reason.')).toBeTruthy()
  })

  it('while it appended starts from the beginning when it is tried again', () => {
    show({ ...failed, kind: 'append', error: 'Refused.' })
    expect(screen.getByText(/it starts from the beginning; the dataset is as it was before/)).toBeTruthy()
    expect(screen.queryByText(/goes on from what is stored/)).toBeNull()
  })

  it('gives its id away for the operator', async () => {
    const written: string[] = []
    vi.stubGlobal('navigator', {
      clipboard: { writeText: (text: string) => Promise.resolve(written.push(text)) },
    })
    show({ ...failed, id: 'job-7', error: 'Refused.' })
    fireEvent.click(screen.getByRole('button', { name: 'Copy the job’s id' }))
    expect(await screen.findByText('Copied.')).toBeTruthy()
    expect(written).toEqual(['job-7'])
  })
})

describe('a job that waits', () => {
  it('for its first turn begins by itself, and later goes on where it stopped', () => {
    show(queued)
    expect(screen.getByText(/Its database is being made, or it waits for its turn/)).toBeTruthy()
    cleanup()
    show({ ...queued, rows_done: 200 })
    expect(screen.getByText(/goes on by itself where it stopped/)).toBeTruthy()
    expect(screen.queryByText(/Its database is being made/)).toBeNull()
  })

  it('shares the workers with jobs that run, not with those that wait or rest', async () => {
    show(queued, 'queued', [
      someJob({ id: 'a' }),
      someJob({ id: 'b' }),
      someJob({ id: 'c', state: 'paused', phase: null }),
      someJob({ id: 'd', state: 'queued', phase: null }),
      someJob({ id: 'e', state: 'completed', phase: null }),
    ])
    const link = await screen.findByRole('link', { name: '2 other jobs of yours' })
    expect(link.getAttribute('href')).toBe('/jobs?state=running')
  })

  it('hears at once when the other job ends', async () => {
    show(queued, 'queued', [someJob({ id: 'a' })])
    await screen.findByRole('link', { name: '1 other job of yours' })
    act(() => mergeJob(someJob({ id: 'a', state: 'completed', phase: null, version: 9 })))
    expect(screen.queryByText(/shares the workers/)).toBeNull()
  })

  it('is still explained where the other jobs cannot be fetched', () => {
    fakeServer({ 'GET /api/jobs': () => problem(503, 'Away for now.') })
    renderPage(<Situation job={someJob(queued)} stage="queued" />)
    expect(screen.getByText(/It begins by itself/)).toBeTruthy()
    expect(screen.queryByRole('link')).toBeNull()
  })
})

describe('any other job', () => {
  it.each([
    [{ state: 'cancelling', kind: 'create' }, /rows on their way are stored, and what is stored gets/],
    [{ state: 'cancelling', kind: 'append' }, /the rows that it added are removed/],
    [{ state: 'cancelled', kind: 'create', rows_done: 0 }, 'Cancelled. No row of it is stored.'],
    [{ state: 'cancelled', kind: 'create', rows_done: 1_200 }, /^Cancelled\. It stored 1,200 rows/],
    [{ state: 'cancelled', kind: 'append', rows_done: 0 }, /the dataset is as it was before/],
  ] as const)('%j is put in words, but is no alarm', (changes, words) => {
    show({ ...changes, phase: null })
    expect(screen.getByText(words)).toBeTruthy()
    expect(screen.queryByRole('alert')).toBeNull()
  })

  it.each(['running', 'completed'] as const)('that is %s needs no words', (state) => {
    const { container } = render(<Situation job={someJob({ state })} stage="generating" />)
    expect(container.textContent).toBe('')
  })
})
