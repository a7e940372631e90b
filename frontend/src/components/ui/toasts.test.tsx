// @vitest-environment jsdom

import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { toast, Toasts } from './toasts'

describe('a passing remark', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => {
    act(() => {
      vi.runOnlyPendingTimers()
    })
    cleanup()
    vi.useRealTimers()
  })

  it('is said politely and goes by itself', () => {
    render(<Toasts />)
    act(() => {
      toast('Copied.')
    })
    expect(screen.getByRole('status').textContent).toBe('Copied.')
    act(() => {
      vi.advanceTimersByTime(5_000)
    })
    expect(screen.getByRole('status').textContent).toBe('')
  })

  it('stays its full time when the same is said again', () => {
    render(<Toasts />)
    act(() => {
      toast('Copied.')
    })
    act(() => {
      vi.advanceTimersByTime(4_000)
    })
    act(() => {
      toast('Copied.')
    })
    act(() => {
      vi.advanceTimersByTime(4_000)
    })
    expect(screen.getByRole('status').textContent).toBe('Copied.')
  })

  it('makes way for the next one', () => {
    render(<Toasts />)
    act(() => {
      toast('First.')
    })
    act(() => {
      toast('Second.')
    })
    expect(screen.getByRole('status').textContent).toBe('Second.')
  })

  it('is gone with the page that showed it', () => {
    const { unmount } = render(<Toasts />)
    act(() => {
      toast('Copied.')
    })
    unmount()
    render(<Toasts />)
    expect(screen.getByRole('status').textContent).toBe('')
  })
})
