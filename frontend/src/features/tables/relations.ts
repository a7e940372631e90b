import type { Column, Table } from '@/lib/api/types'

/** A foreign key, seen from the table that has it or from the one that it points to. */
export interface Relation {
  /** The table at the other end. */
  table: Table
  /** The column of the child table that holds the key. */
  column: Column
  /** The column of the parent table that the key is compared with. */
  key: string
}

/** The table and column that a column points to. */
export function targetOf(column: Column): { table: string; column: string } | null {
  const [table, key] = column.references?.split('.') ?? []
  return table === undefined || key === undefined ? null : { table, column: key }
}

/** The tables that a table points to, a relation for each of its foreign keys. */
export function parentsOf(table: Table, tables: readonly Table[]): Relation[] {
  return table.columns.flatMap((column) => {
    const target = targetOf(column)
    const parent = tables.find(({ name }) => name === target?.table)
    return target === null || parent === undefined ? [] : [{ table: parent, column, key: target.column }]
  })
}

/** The tables that point to a table, a relation for each of their foreign keys. */
export function childrenOf(table: Table, tables: readonly Table[]): Relation[] {
  return tables.flatMap((child) =>
    parentsOf(child, [table]).map(({ column, key }) => ({ table: child, column, key })),
  )
}
