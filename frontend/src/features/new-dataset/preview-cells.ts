import type { PreviewTable } from '@/lib/api/types'

/** The names of the columns, whether they came as names or as descriptions with a name. */
export function columnNames(table: PreviewTable): string[] {
  return (table.columns as readonly (string | { name: string })[]).map((column) =>
    typeof column === 'string' ? column : column.name,
  )
}

const shown = (value: unknown): string | null => {
  if (value === null || value === undefined) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The values of a row in the order of the columns, as text; null stays null. */
export function cellsOf(row: unknown, columns: readonly string[]): (string | null)[] {
  if (Array.isArray(row)) return row.map(shown)
  const record = row as Record<string, unknown>
  return columns.map((column) => shown(record[column]))
}
