import type { ReactElement, ReactNode } from 'react'
import { Link } from 'react-router'

import type { Dataset, Table } from '@/lib/api/types'
import { cellText } from '@/lib/cells'
import { formatCount, formatCounted } from '@/lib/format'

import { useRowCount, type RowCount, type StoredRow } from './api'
import { childrenOf, parentsOf, type Relation } from './relations'
import { addressOfRow } from './selection'

const linkStyle = 'font-mono underline decoration-line-strong underline-offset-4'

function Item({
  relation,
  link,
  value,
}: {
  relation: Relation
  link: ReactNode
  value: ReactNode
}): ReactElement {
  return (
    <li className="flex items-baseline gap-3 border-t border-line py-2 text-sm first:border-0">
      {link}
      <span className="font-mono text-xs text-muted">{relation.column.name}</span>
      <span className="ml-auto min-w-0 truncate text-muted tabular-nums">{value}</span>
    </li>
  )
}

/** The row that a foreign key points to. */
function Parent({ relation, row }: { relation: Relation; row: StoredRow }): ReactElement | null {
  const id = cellText(row[relation.column.name])
  if (id === null) return null
  const to = `../${relation.table.name}?${addressOfRow(relation.key, id).toString()}`
  return (
    <Item
      relation={relation}
      link={
        <Link to={to} relative="path" className={linkStyle}>
          {relation.table.name}
        </Link>
      }
      value={<span className="font-mono text-xs">{id}</span>}
    />
  )
}

const countWords = ({ rows, more }: RowCount): string =>
  more ? `more than ${formatCount(rows)} rows` : formatCounted(rows, 'row')

/** The rows of a table that point to this one. */
function Children({
  dataset,
  relation,
  row,
}: {
  dataset: Dataset
  relation: Relation
  row: StoredRow
}): ReactElement {
  const { table, column, key } = relation
  const value = cellText(row[key]) ?? ''
  const count = useRowCount(dataset.id, table.name, column.name, value)
  const search = new URLSearchParams({ [column.name]: value }).toString()
  return (
    <Item
      relation={relation}
      link={
        <Link to={`../${table.name}?${search}`} relative="path" className={linkStyle}>
          {table.name}
        </Link>
      }
      value={count.data === undefined ? (count.isError ? 'not counted' : '…') : countWords(count.data)}
    />
  )
}

function List({ title, children }: { title: string; children: ReactNode[] }): ReactElement | null {
  if (children.length === 0) return null
  return (
    <section aria-label={title}>
      <h3 className="mb-1 text-xs font-medium text-muted">{title}</h3>
      <ul>{children}</ul>
    </section>
  )
}

/** The rows that a row points to, and those that point to it, as links. */
export function RelatedRows({
  dataset,
  table,
  tables,
  row,
}: {
  dataset: Dataset
  table: Table
  tables: readonly Table[]
  row: StoredRow
}): ReactElement {
  const parents = parentsOf(table, tables).filter(({ column }) => row[column.name] != null)
  // The API filters only by columns that have an index.
  const children = childrenOf(table, tables).filter(({ column }) => column.filterable)
  return (
    <div className="space-y-5">
      <List title="Parents">
        {parents.map((relation) => (
          <Parent key={relation.column.name} relation={relation} row={row} />
        ))}
      </List>
      <List title="Children">
        {children.map((relation) => (
          <Children
            key={`${relation.table.name}.${relation.column.name}`}
            dataset={dataset}
            relation={relation}
            row={row}
          />
        ))}
      </List>
    </div>
  )
}
