import type { Check, Figure, ReportSummary, TrueAnswer } from '@/lib/api/types'

/** What a report comes to, for tests: a full one, all of whose invariants hold, unless told otherwise. */
export function someSummary(changes: Partial<ReportSummary> = {}): ReportSummary {
  return {
    dataset_id: '0193c0de-0000-7000-8000-000000000002',
    state: 'ready',
    made_at: '2026-01-02T03:14:05.000Z',
    kind: 'full',
    checked: 8,
    broken: 0,
    ...changes,
  }
}

/** A check for tests, one that holds in a full report unless told otherwise. */
export function someCheck(changes: Partial<Check> = {}): Check {
  return {
    name: 'money.totals',
    title: 'The total of an order is what its lines add up to.',
    rows_checked: 1_200,
    violations: 0,
    samples: [],
    invariant: 2,
    note: null,
    ok: true,
    ...changes,
  }
}

/** A figure of three bars for tests, unless told otherwise. */
export function someFigure(changes: Partial<Figure> = {}): Figure {
  return {
    name: 'season.weekday',
    title: 'Orders by weekday',
    kind: 'bars',
    x_label: 'weekday',
    y_label: 'orders',
    x: ['Mon', 'Tue', 'Wed'],
    y: [100, 50, 0],
    expected: [90, 60, 10],
    note: '150 orders',
    ...changes,
  }
}

/** An answer for tests: how many orders have how many lines, unless told otherwise. */
export function someAnswer(changes: Partial<TrueAnswer> = {}): TrueAnswer {
  return {
    name: 'basket_size',
    question: 'How large are baskets? All orders by their number of lines.',
    sql: 'SELECT 1',
    mysql: 'SELECT 1',
    columns: ['lines_in_order', 'orders'],
    rows: [
      [1, 30],
      [2, 10],
    ],
    ...changes,
  }
}
