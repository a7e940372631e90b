// @vitest-environment jsdom

import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { ApiError } from '@/lib/api/problem'
import { renderPage } from '@/testing/page'

import { Empty, Failure, Notice, PageFailure } from './notice'

const refused = (status: number, detail: string | null = null, retryAfter: number | null = null): ApiError =>
  new ApiError({ status, title: 'Not done', detail, retryAfter })

describe('remarks', () => {
  afterEach(cleanup)

  it('are read out at once only where they are about a danger', () => {
    render(
      <>
        <Notice tone="danger">It burns.</Notice>
        <Notice tone="warn">It smokes.</Notice>
        <Notice>It stands.</Notice>
      </>,
    )
    expect(screen.getAllByRole('alert').map((alert) => alert.textContent)).toEqual(['It burns.'])
  })

  it.each([
    ['the detail of an answer', refused(409, 'Another job runs.'), 'Another job runs.'],
    ['the title where it gives no detail', refused(500), 'Not done'],
    ['when to come back', refused(429, 'Slow.', 7), 'Too many requests. Try again in 7 s.'],
    ['the detail of a limit that has no end', refused(429, 'Ten tokens at most.'), 'Ten tokens at most.'],
    ['that nothing answers', new TypeError('Failed to fetch'), /cannot be reached/],
    ['something even of what is no error', 'boom', 'Something went wrong.'],
  ])('say of a failure %s', (_, error, said) => {
    render(<Failure error={error} />)
    expect(screen.getByRole('alert').textContent).toMatch(said)
    expect(screen.queryByRole('button')).toBeNull()
  })

  it('offer another try where there is one', () => {
    const retry = vi.fn()
    render(<Failure error={refused(503, 'Away for now.')} retry={retry} />)
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
    expect(retry).toHaveBeenCalledTimes(1)
  })

  it('about an empty list are a heading only where they stand for a page', () => {
    render(<Empty title="Nothing here" />)
    expect(screen.queryByRole('heading')).toBeNull()
    cleanup()
    render(<Empty as="h1" title="Nothing here" />)
    expect(screen.getByRole('heading', { level: 1, name: 'Nothing here' })).toBeTruthy()
  })
})

describe('in place of a page that could not be fetched', () => {
  afterEach(cleanup)

  it.each([404, 422])('%i means that there is no such thing, and leads home', (status) => {
    renderPage(<PageFailure what="job" error={refused(status, 'Not a job.')} retry={() => undefined} />)
    expect(screen.getByRole('heading', { name: 'There is no such job' })).toBeTruthy()
    expect(screen.getByRole('link', { name: 'Go to datasets' }).getAttribute('href')).toBe('/')
    expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull()
  })

  it.each([
    ['403', refused(403, 'For administrators only.')],
    ['503', refused(503, 'For administrators only.')],
    ['an error of no status', new Error('For administrators only.')],
  ])('%s is told as it is, and can be tried again', (_, error) => {
    const retry = vi.fn()
    renderPage(<PageFailure what="job" error={error} retry={retry} />)
    expect(screen.getByRole('alert').textContent).toContain('For administrators only.')
    expect(screen.queryByText(/There is no such/)).toBeNull()
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
    expect(retry).toHaveBeenCalledTimes(1)
  })
})
