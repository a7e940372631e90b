import type { Check, Figure } from '@/lib/api/types'

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
