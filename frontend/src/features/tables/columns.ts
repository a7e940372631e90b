import type { Column } from '@/lib/api/types'
import { cellText } from '@/lib/cells'

import type { ValueFormats } from './value-formats'

const numeric = new Set(['integer', 'money', 'decimal'])

/** Whether values of the column are numbers, and so stand to the right. */
export const isNumeric = (column: Column): boolean => numeric.has(column.type)

/** A stored value as people read it: money in its currency, times in the reader's zone. Null is no value. */
export function readable(column: Column, value: unknown, formats: ValueFormats): string | null {
  if (column.type === 'money' && typeof value === 'number' && formats.money !== null)
    return formats.money(value)
  if (column.type === 'integer' && typeof value === 'number') return formats.count(value)
  if (column.type === 'timestamp' && typeof value === 'string') return formats.time(value)
  if (column.type === 'date' && typeof value === 'string') return formats.day(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return cellText(value)
}

/** What a value is exactly: as it is stored, and of a time also its zone. */
export function exact(column: Column, value: unknown, formats: ValueFormats): string {
  const raw = cellText(value)
  if (raw === null) return 'NULL'
  return column.type === 'timestamp' ? `${formats.zonedTime(raw)}\n${raw}` : raw
}
