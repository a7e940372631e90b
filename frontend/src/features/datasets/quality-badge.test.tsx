// @vitest-environment jsdom

import { cleanup, render } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'

import type { ReportSummary } from '@/lib/api/types'
import { someSummary } from '@/testing/reports'

import { QualityBadge } from './quality-badge'

afterEach(cleanup)

const words = (report: ReportSummary | undefined | null): string | null =>
  render(<QualityBadge report={report} />).container.textContent

describe('the quality of a dataset in few words', () => {
  it('is what a full report found', () => {
    expect(words(someSummary())).toBe('all 8 hold')
    expect(words(someSummary({ broken: 2 }))).toBe('2 of 8 broken')
  })

  it('is what is going on, whatever was found before', () => {
    expect(words(someSummary({ state: 'running' }))).toBe('being examined')
    expect(words(someSummary({ state: 'failed', kind: 'seal' }))).toBe('examination failed')
  })

  it('needs more than the checks of the load to be good, but not to be bad', () => {
    expect(words(someSummary({ kind: 'seal', checked: 12 }))).toBe('not examined')
    expect(words(someSummary({ kind: 'seal', checked: 12, broken: 1 }))).toBe('1 of 12 broken')
    expect(words(undefined)).toBe('not examined')
  })

  it('is that there is nothing to examine where there are no tables', () => {
    const report = someSummary({ kind: 'seal', checked: 12 })
    const badge = <QualityBadge report={report} examinable={false} />
    expect(render(badge).container.textContent).toBe('no tables to examine')
  })

  it('is nothing while it is not known', () => {
    expect(words(null)).toBe('')
  })

  it('names what was counted, to who asks', () => {
    const title = (report: ReportSummary): string | null | undefined =>
      render(<QualityBadge report={report} />).container.firstElementChild?.getAttribute('title')
    expect(title(someSummary())).toContain('8 invariants, ')
    expect(title(someSummary({ kind: 'seal', broken: 1 }))).toContain('8 checks of its load, ')
  })
})
