import type { Dataset } from '@/lib/api/types'

import { customersOf, rowsOf } from './figures'

const values = {
  name: ({ name }: Dataset) => name.toLowerCase(),
  customers: customersOf,
  rows: rowsOf,
  files: ({ bytes }: Dataset) => bytes,
  made: ({ created_at }: Dataset) => created_at,
} as const

export type Column = keyof typeof values

export interface Order {
  column: Column
  descending: boolean
}

export const newestFirst: Order = { column: 'made', descending: true }

const isColumn = (name: string): name is Column => Object.hasOwn(values, name)

/** Reads an order as it stands in an address: `rows`, or `-rows` for the most first. */
export function readOrder(text: string | null): Order {
  const column = (text ?? '').replace(/^-/, '')
  return isColumn(column) ? { column, descending: text?.startsWith('-') === true } : newestFirst
}

export const writeOrder = ({ column, descending }: Order): string => `${descending ? '-' : ''}${column}`

/** The order after a column was pressed: names rise at first, figures fall; pressing again turns it round. */
export const nextOrder = (order: Order, column: Column): Order =>
  order.column === column
    ? { column, descending: !order.descending }
    : { column, descending: column !== 'name' }

/** The datasets whose name has the text in it, in an order; equal ones stay as they came. */
export function arrange(
  datasets: readonly Dataset[],
  text: string,
  { column, descending }: Order,
): Dataset[] {
  const wanted = text.trim().toLowerCase()
  const valueOf = values[column]
  const compare = (one: Dataset, other: Dataset): number => {
    const [left, right] = [valueOf(one), valueOf(other)]
    return left < right ? -1 : left > right ? 1 : 0
  }
  return datasets
    .filter(({ name }) => name.toLowerCase().includes(wanted))
    .toSorted((one, other) => (descending ? compare(other, one) : compare(one, other)))
}
