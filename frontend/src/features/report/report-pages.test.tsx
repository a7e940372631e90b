// @vitest-environment jsdom

import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'

import { openDetails } from '@/testing/details'
import { renderPage } from '@/testing/page'
import { someAnswer, someCheck, someFigure } from '@/testing/reports'
import { fakeServer, problem, sentTo } from '@/testing/server'

import { AnswersTab, splitQuestion } from './answers-tab'
import { ReportTab } from './report-tab'

const base = { state: 'ready', kind: 'full', made_at: '2026-01-02T03:04:05.000Z', reason: null }
const answer = {
  name: 'baskets',
  question: 'How large are baskets? Lines of all orders.',
  sql: 'SELECT 1',
  mysql: 'SELECT 2',
  columns: ['lines', 'orders'],
  rows: [
    [1, 40],
    [2, 25],
  ],
}

const baskets = someAnswer({
  name: 'basket_size',
  columns: ['lines_in_order', 'orders'],
  rows: [[1, 3]],
})
const retention = someAnswer({
  name: 'cohort_retention',
  columns: ['cohort_year', 'cohort_month', 'customers', 'months_later', 'active', 'retention_bp'],
  rows: [[2024, 1, 5, 1, 2, 4000]],
})

const show = (tab: 'report' | 'answers'): ReturnType<typeof renderPage> =>
  renderPage(
    tab === 'report' ? <ReportTab /> : <AnswersTab />,
    `/datasets/d1/${tab}`,
    '/datasets/:datasetId/:tab',
  )

describe('the report', () => {
  afterEach(cleanup)

  it('shows the checks of the load until a full one is made', async () => {
    fakeServer({
      'GET /api/datasets/*/report': () => ({ ...base, kind: 'seal', checks: [someCheck({ ok: null })] }),
    })
    show('report')
    expect(await screen.findByText('All 1 check of its load hold')).toBeTruthy()
    expect(screen.getByRole('table', { name: 'Checks of the load' })).toBeTruthy()
  })

  it('puts what is broken first, with rows that break it', async () => {
    const broken = someCheck({ name: 'money.tax', ok: false, violations: 2, samples: [{ id: 'o-9' }] })
    fakeServer({
      'GET /api/datasets/*/report': () => ({
        ...base,
        checks: [someCheck(), broken],
        figures: [someFigure()],
      }),
    })
    show('report')
    expect(await screen.findByText('1 rule of 2 broken')).toBeTruthy()
    expect(screen.getByRole('cell', { name: 'o-9' })).toBeTruthy()
    expect(screen.getByRole('heading', { name: 'Orders by weekday' })).toBeTruthy()
  })

  it('draws baskets and cohorts from the answers, or says why it cannot', async () => {
    let broken = true
    fakeServer({
      'GET /api/datasets/*/report': () => ({ ...base, checks: [someCheck()], figures: [] }),
      'GET /api/datasets/*/answers': () => (broken ? problem(503, 'Away.') : { items: [baskets, retention] }),
    })
    show('report')
    expect((await screen.findByRole('alert')).textContent).toContain('Away.')
    broken = false
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
    expect(await screen.findByRole('img', { name: 'Basket size' })).toBeTruthy()
    expect(screen.getByRole('img', { name: 'Retention of cohorts' })).toBeTruthy()
    openDetails()
    expect(screen.getByRole('table', { name: 'Numbers of Retention of cohorts' })).toBeTruthy()
  })

  it('is started by a button, and says when that is refused', async () => {
    let refused = true
    const seen = fakeServer({
      'GET /api/datasets/*/report': () => ({ state: 'none', kind: null, made_at: null, reason: null }),
      'POST /api/datasets/*/report': () =>
        refused ? problem(409, 'A job of this dataset is running.') : new Response(null, { status: 202 }),
    })
    show('report')
    expect(await screen.findByText('Nothing was checked yet.')).toBeTruthy()
    fireEvent.click(screen.getByRole('button', { name: 'Make a full report' }))
    expect(await screen.findByText(/A job of this dataset is running/)).toBeTruthy()
    refused = false
    fireEvent.click(screen.getByRole('button', { name: 'Make a full report' }))
    await waitFor(() => expect(screen.queryByText(/A job of this dataset is running/)).toBeNull())
    expect(sentTo(seen, 'POST', '/api/datasets/d1/report')).toHaveLength(2)
  })

  it('says why it could not be made', async () => {
    fakeServer({
      'GET /api/datasets/*/report': () => ({
        state: 'failed',
        kind: null,
        made_at: null,
        reason: 'Too large.',
      }),
    })
    show('report')
    expect(await screen.findByText('Too large.')).toBeTruthy()
  })
})

describe('the answers', () => {
  afterEach(cleanup)

  it('split a question from what it means', () => {
    expect(splitQuestion(answer.question)).toEqual(['How large are baskets?', 'Lines of all orders.'])
    expect(splitQuestion('Orders a day')).toEqual(['Orders a day', ''])
  })

  it('show each question with its rows and both statements', async () => {
    fakeServer({
      'GET /api/datasets/*/report': () => base,
      'GET /api/datasets/*/answers': () => ({ items: [answer] }),
    })
    show('answers')
    expect(await screen.findByText('How large are baskets?', { selector: 'summary span' })).toBeTruthy()
    expect(screen.getByLabelText('SQL for DuckDB').textContent).toBe('SELECT 1')
    expect(screen.getByLabelText('SQL for MySQL and MariaDB').textContent).toBe('SELECT 2')
    expect(screen.getAllByRole('cell', { hidden: true }).map((cell) => cell.textContent)).toEqual([
      '1',
      '40',
      '2',
      '25',
    ])
  })

  it.each([
    ['ready', 'No answers yet'],
    ['running', 'Answers are being found'],
  ])('say what is missing while the report is %s', async (state, title) => {
    fakeServer({
      'GET /api/datasets/*/report': () => ({ ...base, state }),
      'GET /api/datasets/*/answers': () => ({ items: [] }),
    })
    show('answers')
    expect(await screen.findByText(title)).toBeTruthy()
    expect(screen.getByRole('link', { name: 'Open the report' })).toBeTruthy()
  })
})
