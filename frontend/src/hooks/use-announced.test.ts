// @vitest-environment jsdom

import { act, cleanup, renderHook } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { config } from '@/config'

import { useAnnounced } from './use-announced'

const announce = (): ReturnType<typeof renderHook<string, { text: string; urgent: string }>> =>
  renderHook(({ text, urgent }) => useAnnounced(text, urgent), {
    initialProps: { text: '10%', urgent: 'running' },
  })

describe('an announcement', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => {
    cleanup()
    vi.useRealTimers()
  })

  it('follows a text that changes often only every few seconds', () => {
    const { result, rerender } = announce()
    rerender({ text: '20%', urgent: 'running' })
    rerender({ text: '30%', urgent: 'running' })
    expect(result.current).toBe('10%')
    act(() => {
      vi.advanceTimersByTime(config.announceEvery)
    })
    expect(result.current).toBe('30%')
  })

  it('follows at once when something important changes', () => {
    const { result, rerender } = announce()
    rerender({ text: 'Completed', urgent: 'completed' })
    expect(result.current).toBe('Completed')
  })

  it('leaves no timer behind', () => {
    const { unmount } = announce()
    expect(vi.getTimerCount()).toBe(1)
    unmount()
    expect(vi.getTimerCount()).toBe(0)
  })
})
