import { useState, type ReactElement } from 'react'

import { Spinner } from '@/components/ui/button'
import { Failure } from '@/components/ui/notice'
import { ValueTable } from '@/components/ui/value-table'
import { classes } from '@/lib/classes'
import type { Preview } from '@/lib/api/types'
import { formatBytes, formatCount, formatDuration } from '@/lib/format'

import type { PreviewStatus } from './preview-status'

const words: Record<PreviewStatus['kind'], string> = {
  current: 'Nothing is stored yet.',
  updating: 'Updating…',
  invalid: 'Correct the settings to see the rows.',
  unavailable: 'The rows cannot be made for now.',
}

/** How many rows each table will have, as bars; pressing one shows its first rows. */
function Sizes({
  preview,
  shown,
  onShow,
}: {
  preview: Preview
  shown: string | undefined
  onShow: (table: string) => void
}): ReactElement {
  const tables = Object.entries(preview.tables)
  const most = Math.max(...tables.map(([, { total_rows }]) => total_rows), 1)
  return (
    <ul aria-label="Rows by table" className="grid gap-x-4 sm:grid-cols-2">
      {tables.map(([name, { total_rows }]) => (
        <li key={name}>
          <button
            type="button"
            aria-pressed={name === shown}
            onClick={() => onShow(name)}
            className={classes(
              'w-full rounded-lg px-2.5 py-1.5 text-left text-sm',
              name === shown ? 'bg-accent-soft' : 'hover:bg-sunken',
            )}
          >
            <span className="flex justify-between gap-3">
              <span className="truncate font-mono text-[13px]">{name}</span>
              <span className="tabular-nums">{formatCount(total_rows)}</span>
            </span>
            <svg
              viewBox="0 0 100 1"
              preserveAspectRatio="none"
              aria-hidden="true"
              className="mt-1 h-1 w-full"
            >
              <rect width="100" height="1" className="fill-line" />
              <rect width={(100 * total_rows) / most} height="1" className="fill-accent" />
            </svg>
          </button>
        </li>
      ))}
    </ul>
  )
}

/** How large a dataset will be, and the first rows of each of its tables. */
export function PreviewPanel({
  preview,
  pace,
  status,
  retry,
}: {
  preview: Preview | undefined
  /** Rows a second; null where it is not known. */
  pace: number | null
  status: PreviewStatus
  /** Asks for the rows again. */
  retry: () => unknown
}): ReactElement {
  const [chosen, setChosen] = useState('order_details')
  const names = Object.keys(preview?.tables ?? {})
  const name = names.includes(chosen) ? chosen : names[0]
  const table = name === undefined ? undefined : preview?.tables[name]
  return (
    <div className="space-y-4">
      <div className="flex min-h-9 flex-wrap items-baseline justify-between gap-x-4">
        <p role="status" className="tabular-nums">
          {preview === undefined ? (
            <span className="text-muted">
              {status.kind === 'updating' ? 'Making the first rows…' : 'No rows yet.'}
            </span>
          ) : (
            <>
              <span className="text-2xl font-semibold">{formatCount(preview.total_rows)}</span> rows in all,{' '}
              <span className="text-muted">
                about {formatBytes(preview.estimated_bytes)}
                {pace !== null && (
                  <span title="At the pace of your fastest earlier job">
                    , {formatDuration(Math.max(1, preview.total_rows / pace))} to make
                  </span>
                )}
              </span>
            </>
          )}
        </p>
        <p className="flex items-center gap-2 text-sm text-muted">
          {status.kind === 'updating' && <Spinner />}
          {words[status.kind]}
        </p>
      </div>
      {status.kind === 'unavailable' && <Failure error={status.error} retry={retry} />}
      {preview !== undefined && <Sizes preview={preview} shown={name} onShow={setChosen} />}
      {name !== undefined && table !== undefined && (
        <ValueTable
          label={`First rows of ${name}`}
          columns={table.columns.map((column) => column.name)}
          rows={table.rows.map((row) => table.columns.map((column) => row[column.name]))}
        />
      )}
    </div>
  )
}
