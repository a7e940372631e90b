import type { ReactElement } from 'react'

import { cellText } from '@/lib/cells'
import { classes } from '@/lib/classes'

import { ShortId } from './short-id'
import { Cell, HeadCell, Row, Table } from './table'

/** Rows of values as they are stored, UUIDs shortened, below the names of their columns; numbers stand to the right. */
export function ValueTable({
  label,
  columns,
  rows,
}: {
  label: string
  columns: readonly string[]
  rows: readonly (readonly unknown[])[]
}): ReactElement {
  const sides = columns.map((_, place) =>
    rows.some((row) => typeof row[place] === 'number') ? 'text-right' : undefined,
  )
  return (
    <Table label={label} className="max-h-96">
      <thead>
        <tr>
          {columns.map((column, place) => (
            <HeadCell key={column} className={classes('sticky top-0 bg-surface font-mono', sides[place])}>
              {column}
            </HeadCell>
          ))}
        </tr>
      </thead>
      <tbody className="tabular-nums">
        {rows.map((row, index) => (
          <Row key={index}>
            {columns.map((column, place) => (
              <Cell key={column} className={classes('whitespace-nowrap', sides[place])}>
                <ShortId id={cellText(row[place]) ?? 'NULL'} />
              </Cell>
            ))}
          </Row>
        ))}
      </tbody>
    </Table>
  )
}
