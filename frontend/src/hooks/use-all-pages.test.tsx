// @vitest-environment jsdom

import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, renderHook, waitFor } from '@testing-library/react'
import type { ReactElement, ReactNode } from 'react'
import { afterEach, describe, expect, it } from 'vitest'

import { config } from '@/config'
import { allItems, type Page } from '@/lib/api/pages'
import { useList, type List, type PageQuery } from '@/lib/api/use-list'

import { useAllPages } from './use-all-pages'

type Read = (query: PageQuery) => Promise<Page<string>>

/** A list read page by page, either as asked for or all of it. */
function show(read: Read, all: boolean): { current: List<string> } {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const wrapper = ({ children }: { children: ReactNode }): ReactElement => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  )
  const use = (): List<string> => {
    const list = useList(['letters'], read)
    useAllPages({ ...list, hasNextPage: all && list.hasNextPage })
    return list
  }
  return renderHook(use, { wrapper }).result
}

/** A server that never runs out of pages and answers at once, and what was asked of it. */
function endless(): { asked: PageQuery[]; read: Read } {
  const asked: PageQuery[] = []
  const read: Read = (query) => {
    asked.push(query)
    const page = Number(query.cursor ?? '0')
    const answer = { items: [`item ${String(page)}`], next: String(page + 1) }
    return Promise.resolve(answer)
  }
  return { asked, read }
}

describe('a list that is fetched by page', () => {
  afterEach(cleanup)

  it('asks for the first page without a cursor, and for the next only when told', async () => {
    const { asked, read } = endless()
    const list = show(read, false)
    await waitFor(() => expect(list.current.hasNextPage).toBe(true))
    expect(asked).toEqual([{ limit: config.pageSize.list }])
    await list.current.fetchNextPage()
    expect(asked[1]).toEqual({ cursor: '1', limit: config.pageSize.list })
    await waitFor(() => expect(allItems(list.current.data)).toEqual(['item 0', 'item 1']))
  })

  it('ends where the server names no next page', async () => {
    const list = show(() => Promise.resolve({ items: [], next: null }), true)
    await waitFor(() => expect(list.current.isSuccess).toBe(true))
    expect(list.current.hasNextPage).toBe(false)
    expect(allItems(list.current.data)).toEqual([])
  })

  it('goes through all pages, but not for ever', async () => {
    const { asked, read } = endless()
    const list = show(read, true)
    await waitFor(() => expect(list.current.data?.pages).toHaveLength(config.mostListPages), {
      timeout: 4_000,
    })
    await waitFor(() => expect(list.current.isFetching).toBe(false))
    expect(asked).toHaveLength(config.mostListPages)
  })

  it('keeps what it has when a page fails, and does not go on asking', async () => {
    const asked: PageQuery[] = []
    const list = show((query) => {
      asked.push(query)
      return query.cursor === undefined
        ? Promise.resolve({ items: ['item 0'], next: '1' })
        : new Promise((_, reject) => setTimeout(() => reject(new Error('Away.')), 5))
    }, true)
    await waitFor(() => expect(list.current.isError).toBe(true))
    expect(allItems(list.current.data)).toEqual(['item 0'])
    expect(asked).toHaveLength(2)
  })
})
