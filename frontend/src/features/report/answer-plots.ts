import type { Figure, TrueAnswer } from '@/lib/api/types'
import { formatCounted, formatPercent, minorUnits } from '@/lib/format'

import type { Grid } from './heat-map'

/** Answers by their name, of those that are drawn. */
const findAnswer = (answers: readonly TrueAnswer[], name: string): TrueAnswer | undefined =>
  answers.find((answer) => answer.name === name && answer.rows.length > 0)

/** The values of one column of an answer. */
function valuesOf({ columns, rows }: TrueAnswer, column: string): (string | number | null)[] {
  const place = columns.indexOf(column)
  return rows.map((row) => row[place] ?? null)
}

const numbersOf = (answer: TrueAnswer, column: string): number[] => valuesOf(answer, column).map(Number)

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

const bars = { kind: 'bars', expected: null } as const

/** What customers paid each month. */
export function revenueByMonth(answers: readonly TrueAnswer[], currency: string | null): Figure | null {
  const answer = findAnswer(answers, 'revenue_by_month')
  if (answer === undefined) return null
  const unit = currency === null ? 1 : minorUnits(currency)
  return {
    ...bars,
    name: answer.name,
    title: 'Revenue by month',
    x_label: 'month (UTC)',
    y_label: `revenue in ${currency ?? 'minor units'}`,
    x: valuesOf(answer, 'month').map(String),
    y: numbersOf(answer, 'revenue').map((revenue) => revenue / unit),
    note: `${formatCounted(sumOf(numbersOf(answer, 'orders')), 'paid order')}, with tax and shipping, before refunds${currency === null ? '' : `, in ${currency}`}`,
  }
}

/** How many lines orders have. */
export function basketSizes(answers: readonly TrueAnswer[]): Figure | null {
  const answer = findAnswer(answers, 'basket_size')
  if (answer === undefined) return null
  const lines = numbersOf(answer, 'lines_in_order')
  const orders = numbersOf(answer, 'orders')
  const mean = sumOf(lines.map((count, place) => count * (orders[place] ?? 0))) / sumOf(orders)
  return {
    ...bars,
    name: answer.name,
    title: 'Basket size',
    x_label: 'lines in an order',
    y_label: 'orders',
    x: lines.map(String),
    y: orders,
    note: `${formatCounted(sumOf(orders), 'order')} with ${mean.toFixed(1)} lines on average`,
  }
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const
const hours = Array.from({ length: 24 }, (_, hour) => String(hour))

/** When people order, by weekday and hour on their own clocks. */
export function ordersByHour(answers: readonly TrueAnswer[]): Grid | null {
  const answer = findAnswer(answers, 'orders_by_local_hour')
  if (answer === undefined) return null
  const orders = numbersOf(answer, 'orders')
  const counts = weekdays.map(() => hours.map(() => 0))
  const days = numbersOf(answer, 'weekday')
  for (const [place, hour] of numbersOf(answer, 'local_hour').entries()) {
    const day = counts[(days[place] ?? 0) - 1]
    if (day !== undefined) day[hour] = orders[place] ?? 0
  }
  return {
    title: 'Orders by weekday and hour',
    xLabel: 'hour',
    yLabel: 'weekday',
    x: hours,
    y: weekdays,
    values: counts,
    format: (value) => formatCounted(value, 'order'),
    note: `Up to ${formatCounted(Math.max(...orders), 'order')} in an hour of the week, on the customer’s own clock`,
  }
}

const mostMonths = 12
/** Basis points of the whole. */
const whole = 10_000

/** Which share of each month's new customers order again, by the months since. */
export function retentionByCohort(answers: readonly TrueAnswer[]): Grid | null {
  const answer = findAnswer(answers, 'cohort_retention')
  if (answer === undefined) return null
  const years = numbersOf(answer, 'cohort_year')
  const later = numbersOf(answer, 'months_later')
  const shares = numbersOf(answer, 'retention_bp')
  // Months are counted from the year 0, so that they can be added to.
  const cohorts = numbersOf(answer, 'cohort_month').map(
    (month, place) => 12 * (years[place] ?? 0) + month - 1,
  )
  const last = Math.max(...cohorts.map((cohort, place) => cohort + (later[place] ?? 0)))
  const shown = [...new Set(cohorts)]
  const share = (cohort: number, months: number): number | null => {
    const place = cohorts.findIndex((one, at) => one === cohort && later[at] === months)
    if (place >= 0) return (shares[place] ?? 0) / whole
    return cohort + months > last ? null : 0
  }
  const months = Array.from({ length: mostMonths }, (_, place) => place + 1)
  return {
    title: 'Retention of cohorts',
    xLabel: 'months after the first order',
    yLabel: 'cohort',
    x: months.map(String),
    y: shown.map((cohort) => `${Math.floor(cohort / 12)}-${String((cohort % 12) + 1).padStart(2, '0')}`),
    values: shown.map((cohort) => months.map((count) => share(cohort, count))),
    format: formatPercent,
    note: `Share of the customers with their first order in a month who order again so much later; ${formatPercent(Math.max(...shares) / whole)} at most`,
  }
}
