import type { Column } from '@/lib/api/types'
import { cellText } from '@/lib/cells'
import { formatCalendarDay, formatCount, formatMoney, formatZoned } from '@/lib/format'

const numeric = new Set(['integer', 'money', 'decimal'])

/** Whether values of the column are numbers, and so stand to the right. */
export const isNumeric = (column: Column): boolean => numeric.has(column.type)

/** A stored value as people read it: money in its currency, times in the reader's zone. Null is no value. */
export function readable(column: Column, value: unknown, currency: string | null): string | null {
  if (column.type === 'money' && typeof value === 'number' && currency !== null)
    return formatMoney(value, currency)
  if (column.type === 'integer' && typeof value === 'number') return formatCount(value)
  if (column.type === 'timestamp' && typeof value === 'string') return formatZoned(value)
  if (column.type === 'date' && typeof value === 'string') return formatCalendarDay(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return cellText(value)
}
