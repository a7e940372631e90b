import type { Column } from '@/lib/api/types'

const numeric = new Set(['integer', 'money', 'decimal'])

/** Whether values of the column are numbers, and so stand to the right. */
export const isNumeric = (column: Column): boolean => numeric.has(column.type)

/** The table and column that a column points to. */
export function targetOf(column: Column): { table: string; column: string } | null {
  const [table, key] = column.references?.split('.') ?? []
  return table === undefined || key === undefined ? null : { table, column: key }
}
