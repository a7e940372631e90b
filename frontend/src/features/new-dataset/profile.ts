/** What the first customers do, as the server counts it of their rows, made ready to plot. */
import type { Preview } from '@/lib/api/types'
import { formatCount, formatMoney } from '@/lib/format'

type Profile = Preview['profile']

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

export interface Counted {
  /** What each number counts. */
  labels: readonly string[]
  counts: readonly number[]
  total: number
}

/** Customers by how many orders they have; the last of them have so many or more. */
export function customersByOrders({ orders_per_customer: counts }: Profile): Counted {
  const labels = counts.map((_, orders) =>
    orders === counts.length - 1 ? `${String(orders)}+` : String(orders),
  )
  return { labels, counts, total: sum(counts) }
}

/** Orders by their totals, in ranges of money. */
export function ordersByValue({ currency, value_bounds: bounds, orders_by_value: counts }: Profile): Counted {
  const labels = counts.map(
    (_, place) =>
      `${formatMoney(bounds[place] ?? 0, currency)} to ${formatMoney(bounds[place + 1] ?? 0, currency)}`,
  )
  return { labels, counts, total: sum(counts) }
}

/** The bound at which each range of values begins, short enough to stand below a bar. */
export const startsOf = ({ currency, value_bounds: bounds }: Profile): string[] => {
  const digits = new Intl.NumberFormat('en-GB', { style: 'currency', currency }).resolvedOptions()
  const scale = 10 ** (digits.maximumFractionDigits ?? 2)
  return bounds.map((bound) => compact.format(bound / scale))
}

const compact = new Intl.NumberFormat('en-GB', { notation: 'compact', maximumFractionDigits: 2 })

/** How many of the customers have an order at all, in words. */
export function buyersIn({ orders_per_customer: counts }: Profile): string {
  const all = sum(counts)
  return `${formatCount(all - (counts[0] ?? 0))} of ${formatCount(all)} customers order at all`
}

/** The range that holds the median order, in words; null without orders. */
export function medianRange(values: Counted): string | null {
  let below = 0
  const place = values.counts.findIndex((count) => (below += count) * 2 >= values.total)
  return values.total === 0 ? null : (values.labels[place] ?? null)
}
