import type { InfiniteData } from '@tanstack/react-query'

/** One page of any list: its items, and the cursor of the next page. */
export interface Page<T> {
  items: T[]
  next?: string | null
}

/** How TanStack Query walks a list by cursor. */
export const byCursor = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last: { next?: string | null }): string | undefined => last.next ?? undefined,
}

/** All items fetched so far, in order. */
export const allItems = <T>(data: InfiniteData<Page<T>> | undefined): T[] =>
  data?.pages.flatMap((page) => page.items) ?? []

/** Leaves out parameters that are not there, so that they do not appear in the address. */
export function omitEmpty<T extends Record<string, string | number | undefined>>(
  query: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(
    Object.entries(query).filter(([, value]) => value !== undefined && value !== ''),
  ) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
