import {
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  type InfiniteData,
  type UseInfiniteQueryResult,
  type UseQueryResult,
} from '@tanstack/react-query'

import { config } from '@/config'
import { authorisedFetch } from '@/lib/api/client'
import { byCursor, type Page } from '@/lib/api/pages'
import { problemFrom } from '@/lib/api/problem'

import { searchOf, type Selection } from './selection'

export type StoredRow = Record<string, unknown>

const tablePath = (datasetId: string, table: string): string =>
  `/api/datasets/${encodeURIComponent(datasetId)}/tables/${encodeURIComponent(table)}`

/** Rows are fetched by hand: their filters are named after columns, which no generated client can know. */
async function fetchRows(
  datasetId: string,
  table: string,
  search: URLSearchParams,
  limit: number,
  signal: AbortSignal,
): Promise<Page<StoredRow>> {
  search.set('limit', String(limit))
  const url = new URL(`${tablePath(datasetId, table)}/rows?${search.toString()}`, window.location.origin)
  const response = await authorisedFetch(new Request(url, { signal }))
  const body: unknown = await response.json().catch(() => null)
  if (!response.ok) throw problemFrom(response, body)
  return body as Page<StoredRow>
}

/** The stored rows of a table, page by page. */
export function useRows(
  datasetId: string,
  table: string,
  selection: Selection,
): UseInfiniteQueryResult<InfiniteData<Page<StoredRow>, string | undefined>> {
  return useInfiniteQuery({
    queryKey: ['rows', datasetId, table, searchOf(selection).toString()],
    queryFn: ({ pageParam, signal }) => {
      const search = searchOf(selection)
      if (pageParam !== undefined) search.set('cursor', pageParam)
      return fetchRows(datasetId, table, search, config.pageSize.rows, signal)
    },
    ...byCursor,
    placeholderData: keepPreviousData,
  })
}

/** One row by its id, or null where the table has no such row. */
export function useRow(
  datasetId: string,
  table: string,
  id: string,
  /** The row where it was fetched already. */
  known: StoredRow | undefined,
): UseQueryResult<StoredRow | null> {
  return useQuery({
    queryKey: ['rows', datasetId, table, 'one', id],
    queryFn: async ({ signal }) => {
      const page = await fetchRows(datasetId, table, new URLSearchParams({ id }), 1, signal)
      return page.items[0] ?? null
    },
    initialData: known,
  })
}

/** How many rows there are; `more` says that there are others, which were not counted. */
export interface RowCount {
  rows: number
  more: boolean
}

/** How many rows of a table have a value in a column, counted no further than one page. */
export function useRowCount(
  datasetId: string,
  table: string,
  column: string,
  value: string,
): UseQueryResult<RowCount> {
  return useQuery({
    queryKey: ['rows', datasetId, table, 'count', column, value],
    queryFn: async ({ signal }) => {
      const search = new URLSearchParams({ [column]: value })
      const page = await fetchRows(datasetId, table, search, config.pageSize.counted, signal)
      return { rows: page.items.length, more: page.next != null }
    },
  })
}

export const exportFormats = ['csv', 'jsonl', 'parquet'] as const

export type ExportFormat = (typeof exportFormats)[number]

/** Where the rows of a selection can be downloaded. */
export function exportUrl(
  datasetId: string,
  table: string,
  selection: Selection,
  format: ExportFormat,
): string {
  const search = searchOf(selection)
  search.set('format', format)
  return `${tablePath(datasetId, table)}/export?${search.toString()}`
}
