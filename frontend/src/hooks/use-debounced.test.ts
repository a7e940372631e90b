// @vitest-environment jsdom

import { act, cleanup, renderHook } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { useDebounced } from './use-debounced'
import { useNow } from './use-now'

const pass = (milliseconds: number): void =>
  act(() => {
    vi.advanceTimersByTime(milliseconds)
  })

beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

describe('a value that settles', () => {
  const show = (): ReturnType<typeof renderHook<string, { value: string }>> =>
    renderHook(({ value }) => useDebounced(value, 300), { initialProps: { value: 'a' } })

  it('is passed on once nothing has changed for long enough', () => {
    const { result, rerender } = show()
    expect(result.current).toBe('a')
    rerender({ value: 'ab' })
    pass(299)
    expect(result.current).toBe('a')
    pass(1)
    expect(result.current).toBe('ab')
  })

  it('waits anew with every change, and leaves out what was in between', () => {
    const { result, rerender } = show()
    rerender({ value: 'ab' })
    pass(200)
    rerender({ value: 'abc' })
    pass(200)
    expect(result.current).toBe('a')
    pass(100)
    expect(result.current).toBe('abc')
  })

  it('leaves no timer behind', () => {
    show().unmount()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('the clock of a page', () => {
  const show = (running: boolean): ReturnType<typeof renderHook<number, { running: boolean }>> =>
    renderHook((props) => useNow(1_000, props.running), { initialProps: { running } })

  it('moves while it is needed, and stands still after that', () => {
    const { result, rerender } = show(true)
    expect(result.current).toBe(1_000_000)
    pass(2_500)
    expect(result.current).toBe(1_002_000)
    rerender({ running: false })
    pass(5_000)
    expect(result.current).toBe(1_002_000)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('does not begin for what is over', () => {
    const { result } = show(false)
    pass(5_000)
    expect(result.current).toBe(1_000_000)
  })
})
