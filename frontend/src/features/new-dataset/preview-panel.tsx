import { useState, type ReactElement } from 'react'

import { SelectField } from '@/components/ui/field'
import { Empty, Loading } from '@/components/ui/notice'
import { Card } from '@/components/ui/page'
import { Cell, HeadCell, Row, Table } from '@/components/ui/table'
import type { Preview, PreviewTable } from '@/lib/api/types'
import { cellText } from '@/lib/cells'
import { formatBytes, formatCount, formatCounted } from '@/lib/format'

function Rows({ name, table }: { name: string; table: PreviewTable }): ReactElement {
  return (
    <Table label={`First rows of ${name}`}>
      <thead>
        <tr>
          {table.columns.map((column) => (
            <HeadCell key={column.name} title={column.description} className="font-mono">
              {column.name}
            </HeadCell>
          ))}
        </tr>
      </thead>
      <tbody className="tabular-nums">
        {table.rows.map((row, index) => (
          <Row key={index}>
            {table.columns.map(({ name: column }) => {
              const text = cellText(row[column])
              return (
                <Cell key={column} className="max-w-72 truncate whitespace-nowrap" title={text ?? 'NULL'}>
                  {text ?? <span className="text-muted">–</span>}
                </Cell>
              )
            })}
          </Row>
        ))}
      </tbody>
    </Table>
  )
}

function Figures({ preview }: { preview: Preview }): ReactElement {
  return (
    <p className="tabular-nums">
      <span className="text-2xl font-semibold">{formatCount(preview.total_rows)}</span> rows in all,{' '}
      <span className="text-muted">about {formatBytes(preview.estimated_bytes)}</span>
    </p>
  )
}

/** The first rows of every table, one table at a time. */
export function PreviewPanel({
  preview,
  busy,
}: {
  preview: Preview | undefined
  busy: boolean
}): ReactElement {
  const [chosen, setChosen] = useState('order_details')
  if (busy) return <Loading what="preview" />
  if (preview === undefined)
    return (
      <Empty title="See it first">
        Preview shows the first rows of every table, and how large the whole will be.
      </Empty>
    )
  const names = Object.keys(preview.tables)
  const name = names.includes(chosen) ? chosen : names[0]
  const table = name === undefined ? undefined : preview.tables[name]
  return (
    <Card className="min-w-0 p-5 sm:p-6">
      <div role="status">
        <Figures preview={preview} />
      </div>
      <div className="my-5 max-w-xs">
        <SelectField
          label="Table"
          value={name}
          onChange={(event) => setChosen(event.target.value)}
          className="font-mono"
        >
          {names.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </SelectField>
      </div>
      {name !== undefined && table !== undefined && (
        <>
          <Rows name={name} table={table} />
          <p className="mt-3 text-sm text-muted">{formatCounted(table.total_rows, 'row')} in this table.</p>
        </>
      )}
    </Card>
  )
}
