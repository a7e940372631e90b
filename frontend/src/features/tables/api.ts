import {
  keepPreviousData,
  useInfiniteQuery,
  type InfiniteData,
  type UseInfiniteQueryResult,
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
  selection: Selection,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<Page<StoredRow>> {
  const search = searchOf(selection)
  search.set('limit', String(config.pageSize.rows))
  if (cursor !== undefined) search.set('cursor', cursor)
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
    queryFn: ({ pageParam, signal }) => fetchRows(datasetId, table, selection, pageParam, signal),
    ...byCursor,
    placeholderData: keepPreviousData,
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
