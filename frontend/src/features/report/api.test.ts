import { describe, expect, it } from 'vitest'

import { config } from '@/config'
import { someSummary } from '@/testing/reports'

import { splitQuestion } from './answers-tab'
import { reportInterval, summariesInterval } from './api'

describe('asking for a report again', () => {
  it('is done often while it is made, seldom while it may come, and never once it is whole', () => {
    expect(reportInterval({ state: 'running', kind: 'full' })).toBe(config.reportPoll.running)
    expect(reportInterval({ state: 'ready', kind: 'seal' })).toBe(config.reportPoll.awaited)
    expect(reportInterval(undefined)).toBe(config.reportPoll.awaited)
    expect(reportInterval({ state: 'ready', kind: 'full' })).toBe(false)
  })
})

describe('asking for the reports of all datasets again', () => {
  it('is done often while one is made, seldom while one may come, and never once all are whole', () => {
    const sealed = someSummary({ kind: 'seal' })
    expect(summariesInterval([sealed, someSummary({ state: 'running' })])).toBe(config.reportPoll.running)
    expect(summariesInterval([sealed, someSummary()])).toBe(config.reportPoll.listed)
    expect(summariesInterval([someSummary()])).toBe(false)
    expect(summariesInterval(undefined)).toBe(config.reportPoll.listed)
  })
})

describe('the text of a question', () => {
  it('is split into what is asked and what it means', () => {
    expect(splitQuestion('Who buys? Customers with a paid order.')).toEqual([
      'Who buys?',
      'Customers with a paid order.',
    ])
    expect(splitQuestion('Who buys?')).toEqual(['Who buys?', ''])
  })
})
