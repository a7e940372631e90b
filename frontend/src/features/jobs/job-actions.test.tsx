// @vitest-environment jsdom

import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { toast } from '@/components/ui/toasts'
import type { Job } from '@/lib/api/types'
import { forgetJobs } from '@/lib/live/jobs-store'
import { forgetObservations } from '@/lib/live/observations'
import { clearSession } from '@/lib/session/store'
import { someDataset } from '@/testing/datasets'
import { someJob } from '@/testing/jobs'
import { renderPage } from '@/testing/page'
import { fakeServer, problem } from '@/testing/server'

import { consequencesOf } from './consequences'
import { JobActions } from './job-actions'
import { JobPage } from './job-page'

const press = (name: string): boolean => fireEvent.click(screen.getByRole('button', { name }))
const buttons = (): (string | null)[] => screen.queryAllByRole('button').map((button) => button.textContent)

beforeEach(() => {
  forgetJobs()
  forgetObservations()
  clearSession()
})
// What was said in passing would else still be there for the next test.
afterEach(() => {
  cleanup()
  toast('')
})

describe('the buttons of a job', () => {
  it.each([
    ['queued', null, ['Pause', 'Cancel']],
    ['running', 'generating', ['Pause', 'Cancel']],
    ['running', 'indexing', []],
    ['running', 'checking', []],
    ['paused', null, ['Resume', 'Cancel']],
    ['cancelling', null, []],
    ['cancelled', null, []],
    ['completed', null, []],
    ['failed', null, ['Try again']],
  ] as const)('that is %s (%s) are %j', (state, phase, names) => {
    fakeServer({})
    renderPage(<JobActions job={someJob({ state, phase })} />)
    expect(buttons()).toEqual(names)
  })

  it('ask nothing of the server when Escape closes the question', () => {
    const seen = fakeServer({})
    renderPage(<JobActions job={someJob()} />)
    press('Pause')
    fireEvent(
      screen.getByRole('dialog', { name: 'Pause this job?' }),
      new Event('cancel', { cancelable: true }),
    )
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(seen).toEqual([])
  })

  it('send one request however often they are pressed', async () => {
    const seen = fakeServer({ 'POST /api/jobs/*/cancel': () => new Promise(() => undefined) })
    renderPage(<JobActions job={someJob()} />)
    press('Cancel')
    press('Cancel the job')
    const busy = screen.getByRole<HTMLButtonElement>('button', { name: 'Cancel the job' })
    await waitFor(() => expect(busy.disabled).toBe(true))
    press('Cancel the job')
    await waitFor(() => expect(seen).toHaveLength(1))
  })

  it.each([
    [() => problem(403, 'This job belongs to another account.'), 'This job belongs to another account.'],
    [() => problem(409, 'The job is over already.'), 'The job is over already.'],
    [() => problem(503, 'The orchestrator is away for now.'), 'The orchestrator is away for now.'],
    [
      () => Response.json({ title: 'Too many requests' }, { status: 429, headers: { 'retry-after': '7' } }),
      'Too many requests. Try again in 7 s.',
    ],
    [() => Promise.reject(new TypeError('Failed to fetch')), /^Cartload cannot be reached/],
  ])('say why the server refused, and can be pressed again (%#)', async (answer, words) => {
    fakeServer({ 'POST /api/jobs/*/resume': answer })
    renderPage(<JobActions job={someJob({ state: 'paused', phase: null })} />)
    press('Resume')
    press('Resume the job')
    expect(await screen.findByText(words)).toBeTruthy()
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Resume' }).disabled).toBe(false)
  })

  it('show how the job really stands after a refusal', async () => {
    let state = someJob()
    fakeServer({
      'GET /api/datasets/*': () => someDataset(),
      'GET /api/jobs': () => ({ items: [state], next: null }),
      'GET /api/jobs/*': () => state,
      'GET /api/jobs/*/events': () => ({ items: [], next: null }),
      'POST /api/jobs/*/pause': () => {
        state = someJob({ phase: 'checking', version: 8 })
        return problem(409, 'It is too late to pause.')
      },
    })
    renderPage(<JobPage />, `/jobs/${state.id}`, '/jobs/:jobId')
    fireEvent.click(await screen.findByRole('button', { name: 'Pause' }))
    press('Pause the job')
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Pause' })).toBeNull())
    expect(screen.queryByRole('button', { name: 'Cancel' })).toBeNull()
  })
})

describe('what comes of an action', () => {
  const told = (action: Parameters<typeof consequencesOf>[0], changes: Partial<Job>) =>
    consequencesOf(action, someJob(changes))

  it('counts what is stored', () => {
    expect(told('pause', { rows_done: 0 }).stays).toMatch(/^Nothing is stored yet;/)
    expect(told('pause', { rows_done: 1 }).stays).toMatch(/^1 row stored so far;/)
    expect(told('cancel', { rows_done: 12_345 }).stays).toMatch(/^12,345 rows stored so far;/)
  })

  it('loses rows only by cancelling', () => {
    expect(told('pause', {}).goes).toBe('Nothing.')
    expect(told('resume', {}).goes).toBe('Nothing.')
    expect(told('retry', {}).goes).toMatch(/^The error;/)
    expect(told('cancel', {}).goes).toBe('Every row that is not made yet.')
    expect(told('cancel', { kind: 'append' }).goes).toBe('Every row that this append has added.')
  })

  it('never promises that a cancelled job can go on', () => {
    for (const kind of ['create', 'append'] as const)
      expect(told('cancel', { kind }).costs).toMatch(/^A cancelled job cannot go on/)
  })
})
