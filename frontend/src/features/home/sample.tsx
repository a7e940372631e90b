import type { ReactElement } from 'react'

import { ValueTable } from '@/components/ui/value-table'
import type { Preview, PreviewTable } from '@/lib/api/types'
import { formatMoney } from '@/lib/format'

/** What says most about a row, without the keys. */
const samples = [
  { table: 'users', title: 'Customers', columns: ['first_name', 'last_name', 'email', 'country'] },
  { table: 'products', title: 'Products', columns: ['name', 'brand', 'rating'] },
  { table: 'order_details', title: 'Orders', columns: ['order_number', 'status', 'total', 'placed_at'] },
] as const

type Row = PreviewTable['rows'][number]

function shown(table: PreviewTable, row: Row, name: string): unknown {
  const value = row[name]
  const isMoney = table.columns.find((column) => column.name === name)?.type === 'money'
  return isMoney && typeof value === 'number' && typeof row.currency === 'string'
    ? formatMoney(value, row.currency)
    : value
}

/** Real first rows of a dataset, those columns of three tables that people can read. */
export function Sample({ preview }: { preview: Preview }): ReactElement {
  return (
    <section>
      <h2 className="text-lg font-semibold">What is in it</h2>
      <p className="mt-1 mb-4 text-sm text-muted">
        Real rows: the first of the small shop, without keys and dates that only programs read.
      </p>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        {samples.map(({ table: name, title, columns }) => {
          const table = preview.tables[name]
          if (table === undefined) return null
          return (
            <div key={name} className="min-w-0 last:lg:col-span-2">
              <h3 className="mb-2 text-sm font-medium">{title}</h3>
              <ValueTable
                label={`Sample of ${name}`}
                columns={columns}
                rows={table.rows.slice(0, 5).map((row) => columns.map((column) => shown(table, row, column)))}
              />
            </div>
          )
        })}
      </div>
    </section>
  )
}
