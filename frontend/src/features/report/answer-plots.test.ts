import { describe, expect, it } from 'vitest'

import { someAnswer } from '@/testing/reports'

import { basketSizes, ordersByHour, retentionByCohort, revenueByMonth } from './answer-plots'

const revenue = someAnswer({
  name: 'revenue_by_month',
  columns: ['month', 'orders', 'revenue'],
  rows: [
    ['2024-01', 6, 337_578],
    ['2024-02', 1, 10_000],
  ],
})
const hours = someAnswer({
  name: 'orders_by_local_hour',
  columns: ['weekday', 'local_hour', 'orders'],
  rows: [
    [1, 0, 3],
    [7, 23, 5],
  ],
})
const cohorts = (rows: number[][]) =>
  someAnswer({
    name: 'cohort_retention',
    columns: ['cohort_year', 'cohort_month', 'customers', 'months_later', 'active', 'retention_bp'],
    rows,
  })

describe('the plots of the answers', () => {
  it('are none where the answers are not there, or are empty', () => {
    for (const answers of [[], [someAnswer({ name: 'basket_size', rows: [] })]]) {
      expect(revenueByMonth(answers, 'USD')).toBeNull()
      expect(basketSizes(answers)).toBeNull()
      expect(ordersByHour(answers)).toBeNull()
      expect(retentionByCohort(answers)).toBeNull()
    }
  })

  it('show revenue in the currency of the dataset, however many minor units that has', () => {
    const inDollars = revenueByMonth([revenue], 'USD')
    expect(inDollars?.x).toEqual(['2024-01', '2024-02'])
    expect(inDollars?.y).toEqual([3_375.78, 100])
    expect(inDollars?.note).toBe('7 paid orders, with tax and shipping, before refunds, in USD')
    expect(revenueByMonth([revenue], 'JPY')?.y).toEqual([337_578, 10_000])
    expect(revenueByMonth([revenue], null)?.y_label).toBe('revenue in minor units')
  })

  it('show how many orders have how many lines, and how many they have on average', () => {
    const baskets = basketSizes([revenue, someAnswer()])
    expect([baskets?.x, baskets?.y]).toEqual([
      ['1', '2'],
      [30, 10],
    ])
    expect(baskets?.note).toBe('40 orders with 1.3 lines on average')
  })

  it('have a cell for every hour of the week, also for those without an order', () => {
    const grid = ordersByHour([hours])
    expect(grid?.values.map((row) => row.length)).toEqual([24, 24, 24, 24, 24, 24, 24])
    expect([grid?.values[0]?.[0], grid?.values[0]?.[1], grid?.values[6]?.[23]]).toEqual([3, 0, 5])
  })

  it('tell a month in which nobody of a cohort came back from one that is not over', () => {
    const grid = retentionByCohort([
      cohorts([
        [2023, 12, 50, 1, 20, 4_000],
        [2023, 12, 50, 3, 5, 1_000],
        [2024, 1, 10, 1, 1, 1_000],
      ]),
    ])
    expect(grid?.y).toEqual(['2023-12', '2024-01'])
    expect(grid?.values.map((row) => row.slice(0, 4))).toEqual([
      [0.4, 0, 0.1, null],
      [0.1, 0, null, null],
    ])
    expect(grid?.format(0.4)).toBe('40%')
  })
})
