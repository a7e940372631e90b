// @vitest-environment jsdom

import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'

import { someJob } from '@/testing/jobs'

import { JobProgress } from './job-progress'

describe('the progress of a job', () => {
  afterEach(cleanup)

  it('shows rows, rate, phase and time left', () => {
    render(<JobProgress job={someJob()} />)
    for (const text of ['Making rows', '20%', '50 rows/s', 'about 16 s', '2 of 10'])
      expect(screen.getByText(text)).toBeTruthy()
    expect(screen.getByTestId('rows-done').textContent).toBe('200')
  })

  it('has a progress bar and a status that assistive technology can read', () => {
    render(<JobProgress job={someJob()} />)
    const bar = screen.getByRole<HTMLProgressElement>('progressbar', { name: 'Rows done' })
    expect([bar.value, bar.max]).toEqual([200, 1_000])
    expect(screen.getByRole('status').textContent).toContain('20%')
  })

  it('says at once when the state changes, but not every row', () => {
    const { rerender } = render(<JobProgress job={someJob()} />)
    rerender(<JobProgress job={someJob({ rows_done: 300, version: 2 })} />)
    expect(screen.getByTestId('rows-done').textContent).toBe('300')
    expect(screen.getByRole('status').textContent).toContain('20%')
    rerender(<JobProgress job={someJob({ state: 'completed', phase: null, rows_done: 990, version: 3 })} />)
    expect(screen.getByRole('status').textContent).toContain('Completed')
  })

  it('says at once what the job waits for, and when that is over', () => {
    const { rerender } = render(<JobProgress job={someJob()} />)
    expect(screen.queryByText(/Waiting for/)).toBeNull()
    rerender(<JobProgress job={someJob({ waiting_for: 'Blob storage', version: 2 })} />)
    expect(screen.getByText(/Waiting for Blob storage\. The job goes on/)).toBeTruthy()
    expect(screen.getByRole('status').textContent).toBe('Waiting for Blob storage. 200 of 1,000 rows so far.')
    rerender(<JobProgress job={someJob({ version: 3 })} />)
    expect(screen.queryByText(/Waiting for/)).toBeNull()
  })

  it('is full when the job is completed, even where the expected rows were not exact', () => {
    render(<JobProgress job={someJob({ state: 'completed', phase: null, rows_done: 990 })} />)
    expect(screen.getByText('100%')).toBeTruthy()
    expect(screen.getByRole<HTMLProgressElement>('progressbar', { name: 'Rows done' }).position).toBe(1)
  })
})
