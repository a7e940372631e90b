// @vitest-environment jsdom

import { act, cleanup, render, screen } from '@testing-library/react'
import type { ReactElement } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { useWidth } from './use-width'

type Report = (entries: { contentRect: { width: number } }[]) => void

/** Who watches an element now, as the browser would know it. */
const watching = new Set<Report>()

class FakeResizeObserver {
  readonly #report: Report
  constructor(report: Report) {
    this.#report = report
  }
  observe(): void {
    watching.add(this.#report)
  }
  unobserve(): void {
    watching.delete(this.#report)
  }
  disconnect(): void {
    watching.delete(this.#report)
  }
}

function Ruler(): ReactElement {
  const [measure, width] = useWidth(380)
  return <p ref={measure}>{width}</p>
}

const resize = (width: number): void =>
  act(() => {
    for (const report of watching) report([{ contentRect: { width } }])
  })

describe('the width of an element', () => {
  beforeEach(() => {
    vi.stubGlobal('ResizeObserver', FakeResizeObserver)
  })
  afterEach(cleanup)

  it('is a guess until it is measured, then followed in whole pixels', () => {
    render(<Ruler />)
    expect(screen.getByText('380')).toBeTruthy()
    resize(512.6)
    expect(screen.getByText('513')).toBeTruthy()
    resize(200)
    expect(screen.getByText('200')).toBeTruthy()
  })

  it('is kept while the element is hidden', () => {
    render(<Ruler />)
    resize(512)
    resize(0)
    expect(screen.getByText('512')).toBeTruthy()
  })

  it('is not watched any more once the element is gone', () => {
    const { unmount } = render(<Ruler />)
    expect(watching.size).toBe(1)
    unmount()
    expect(watching.size).toBe(0)
  })
})
