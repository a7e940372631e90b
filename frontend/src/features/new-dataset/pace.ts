import type { Job } from '@/lib/api/types'

/** Smaller jobs spend most of their time on what does not grow with their rows. */
const enoughRows = 20_000

/** Rows that the fastest of the completed jobs made in a second; null where none is large enough to tell. */
export function paceOf(jobs: readonly Job[]): number | null {
  const paces = jobs.flatMap(({ started_at, finished_at, rows_done }) => {
    if (started_at === null || finished_at === null || rows_done < enoughRows) return []
    const seconds = (Date.parse(finished_at) - Date.parse(started_at)) / 1_000
    return seconds > 0 ? [rows_done / seconds] : []
  })
  return paces.length === 0 ? null : Math.max(...paces)
}
