import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, type KeyboardEvent, type MouseEvent, type ReactElement } from 'react'
import { Link, useNavigate } from 'react-router'

import { MoreButton } from '@/components/ui/more-button'
import { ShortId } from '@/components/ui/short-id'
import { SortArrow } from '@/components/ui/sort-arrow'
import type { Column, Table } from '@/lib/api/types'
import { cellText } from '@/lib/cells'
import { classes } from '@/lib/classes'
import { formatCounted } from '@/lib/format'

import type { StoredRow } from './api'
import { exact, isNumeric, readable } from './columns'
import { copyRaw } from './copy-raw'
import { targetOf } from './relations'
import { addressOf, addressOfRow, ariaSort, nextSort, type Selection } from './selection'
import { openedHere } from './use-open-row'
import { useScrollMemory } from './use-scroll-memory'
import { valueFormats, type ValueFormats } from './value-formats'

const rowHeight = 37

interface Select {
  selection: Selection
  onSelect: (changed: Partial<Selection>) => void
}

function Head({ column, selection, onSelect }: { column: Column } & Select): ReactElement {
  const sorted = ariaSort(selection.sort, column.name)
  return (
    <th
      scope="col"
      title={column.description}
      aria-sort={column.sortable ? sorted : undefined}
      className={classes(
        'sticky top-0 z-10 border-b border-line bg-surface px-3 py-2 font-mono text-xs font-medium whitespace-nowrap text-muted',
        isNumeric(column) && 'text-right',
      )}
    >
      {column.sortable ? (
        <button
          type="button"
          className="rounded hover:text-ink"
          onClick={() => onSelect({ sort: nextSort(selection.sort, column.name) })}
        >
          {column.name} <SortArrow sorted={sorted} />
        </button>
      ) : (
        column.name
      )}
    </th>
  )
}

const linkStyle = 'group relative underline decoration-line-strong underline-offset-4'

/** A value as people read it; an id leads to the details of its row, a foreign key to those of the parent. */
function ValueCell({
  column,
  value,
  formats,
  selection,
}: {
  column: Column
  value: unknown
  formats: ValueFormats
  selection: Selection
}): ReactElement {
  const text = cellText(value)
  const target = targetOf(column)
  const isId = column.type === 'id'
  return (
    <td
      title={exact(column, value, formats)}
      data-raw={text ?? ''}
      className={classes(
        'max-w-72 border-b border-line px-3',
        isNumeric(column) && 'text-right',
        text === null && 'text-muted',
        isId ? 'font-mono text-xs' : 'truncate',
      )}
    >
      {text !== null && target !== null ? (
        <Link
          to={`../${target.table}?${addressOfRow(target.column, text).toString()}`}
          relative="path"
          className={linkStyle}
        >
          <ShortId id={text} />
        </Link>
      ) : text !== null && column.name === 'id' ? (
        <Link
          to={{ search: addressOf(selection, text).toString() }}
          state={openedHere}
          preventScrollReset
          data-row-link
          className={linkStyle}
        >
          <ShortId id={text} />
        </Link>
      ) : text !== null && isId ? (
        <ShortId id={text} />
      ) : (
        (readable(column, value, formats) ?? '–')
      )}
    </td>
  )
}

/** Down and up go from row to row, as long as the focus is on the link to one. */
function moveToRow(event: KeyboardEvent<HTMLElement>): void {
  const row = (event.target as Element).closest('[data-row-link]')?.closest('tr')
  const next =
    event.key === 'ArrowDown'
      ? row?.nextElementSibling
      : event.key === 'ArrowUp'
        ? row?.previousElementSibling
        : undefined
  const link = next?.querySelector<HTMLElement>('[data-row-link]')
  if (link == null) return
  event.preventDefault()
  link.focus()
}

/** Whether a click on a row was meant for the row, not for a link in it or for the text that it marked. */
const meansRow = (event: MouseEvent): boolean =>
  (event.target as Element).closest('a') === null && window.getSelection()?.type !== 'Range'

/** Space in place of the rows that are not drawn. */
function Gap({ height, columns }: { height: number; columns: number }): ReactElement | null {
  if (height <= 0) return null
  return (
    <tr aria-hidden="true">
      <td height={height} colSpan={columns} />
    </tr>
  )
}

interface More {
  hasNextPage: boolean
  isFetchingNextPage: boolean
  fetchNextPage: () => unknown
}

/** Rows in a window that scrolls both ways; only those in sight are drawn, more are fetched near the end. */
export function RowGrid({
  table,
  currency,
  rows,
  selection,
  onSelect,
  query,
}: {
  table: Table
  currency: string | null
  rows: readonly StoredRow[]
  query: More
} & Select): ReactElement {
  const formats = useMemo(() => valueFormats(currency), [currency])
  const scroller = useRef<HTMLDivElement>(null)
  const navigate = useNavigate()
  const scrolledTo = useScrollMemory(scroller)
  // eslint-disable-next-line react-hooks/incompatible-library -- the grid is not memoised, which is what the rule guards
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 15,
    initialRect: { width: 1000, height: 600 },
    initialOffset: scrolledTo,
  })
  const shown = virtual.getVirtualItems()
  const last = shown.at(-1)
  const openRow = (event: MouseEvent, row: StoredRow | undefined): void => {
    const id = cellText(row?.id)
    if (id === null || !meansRow(event)) return
    void navigate(
      { search: addressOf(selection, id).toString() },
      { state: openedHere, preventScrollReset: true },
    )
  }
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query
  const nearEnd = last !== undefined && last.index >= rows.length - 10
  useEffect(() => {
    if (nearEnd && last.index > 20 && hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [nearEnd, last?.index, hasNextPage, isFetchingNextPage, fetchNextPage])
  return (
    <>
      <div
        ref={scroller}
        role="region"
        aria-label={`Rows of ${table.name}`}
        tabIndex={0}
        className="max-h-[70dvh] overflow-auto rounded-xl border border-line bg-surface"
      >
        <table className="w-full border-separate border-spacing-0 text-left text-sm" aria-rowcount={-1}>
          <caption className="sr-only">Rows of {table.name}</caption>
          <thead>
            <tr>
              {table.columns.map((column) => (
                <Head key={column.name} column={column} selection={selection} onSelect={onSelect} />
              ))}
            </tr>
          </thead>
          <tbody className="whitespace-nowrap tabular-nums" onKeyDown={moveToRow} onCopy={copyRaw}>
            <Gap height={shown[0]?.start ?? 0} columns={table.columns.length} />
            {shown.map(({ index }) => (
              <tr
                key={index}
                aria-rowindex={index + 2}
                className="h-[37px] cursor-pointer hover:bg-sunken"
                onClick={(event) => openRow(event, rows[index])}
              >
                {table.columns.map((column) => (
                  <ValueCell
                    key={column.name}
                    column={column}
                    value={rows[index]?.[column.name]}
                    formats={formats}
                    selection={selection}
                  />
                ))}
              </tr>
            ))}
            <Gap height={virtual.getTotalSize() - (last?.end ?? 0)} columns={table.columns.length} />
          </tbody>
        </table>
      </div>
      <p className="text-sm text-muted tabular-nums" role="status">
        {formatCounted(rows.length, 'row')} loaded{hasNextPage ? ', more below.' : ', which is all.'}
      </p>
      <MoreButton query={query} />
    </>
  )
}
