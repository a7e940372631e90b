import { QueryClient } from '@tanstack/react-query'
import { beforeEach, describe, expect, it } from 'vitest'

import type { Stream } from '@/lib/api/types'
import { someStream } from '@/testing/streams'

import { changesLists, mergeStream, newestStream, newestStreams, streamKey } from './streams-cache'

let client: QueryClient
const listKey = ['streams', 'list', {}]
const listOf = (...items: Stream[]) => ({ pages: [{ items, next: null }], pageParams: [undefined] })
const held = (id: string): number | undefined => client.getQueryData<Stream>(streamKey(id))?.events_sent
const listed = (): number[] =>
  client
    .getQueryData<ReturnType<typeof listOf>>(listKey)
    ?.pages.flatMap(({ items }) => items.map(({ events_sent: sent }) => sent)) ?? []

beforeEach(() => {
  client = new QueryClient()
})

describe('streams that are heard of', () => {
  it('are held in their newest version, whatever the order of arrival', () => {
    for (const version of [2, 1, 4, 3, 4])
      mergeStream(client, someStream({ id: 'a', version, events_sent: version * 10 }))
    mergeStream(client, someStream({ id: 'b', version: 1, events_sent: 7 }))
    expect([held('a'), held('b')]).toEqual([40, 7])
  })

  it('change the lists that have them, and no other stream there', () => {
    client.setQueryData(
      listKey,
      listOf(someStream({ id: 'a', events_sent: 1 }), someStream({ id: 'b', events_sent: 2 })),
    )
    mergeStream(client, someStream({ id: 'b', version: 9, events_sent: 3 }))
    expect(listed()).toEqual([1, 3])
    mergeStream(client, someStream({ id: 'b', version: 8, events_sent: 4 }))
    mergeStream(client, someStream({ id: 'c', version: 9 }))
    expect(listed()).toEqual([1, 3])
  })

  it('may belong into other lists when they are new, or newly in a state', () => {
    expect(changesLists(client, someStream())).toBe(true)
    mergeStream(client, someStream({ version: 3 }))
    expect(changesLists(client, someStream({ version: 4, events_sent: 5_001 }))).toBe(false)
    expect(changesLists(client, someStream({ version: 4, state: 'paused' }))).toBe(true)
    expect(changesLists(client, someStream({ version: 2, state: 'preparing' }))).toBe(false)
  })
})

describe('an answer', () => {
  it('that is older than what was heard meanwhile changes nothing', () => {
    const heard = someStream({ version: 5 })
    expect(newestStream(heard, someStream({ version: 4 }))).toBe(heard)
    const fetched = someStream({ version: 6 })
    expect(newestStream(heard, fetched)).toBe(fetched)
    expect(newestStream(undefined, fetched)).toBe(fetched)
  })

  it('with a list has each stream in its newer state, and says which there are', () => {
    const before = listOf(someStream({ id: 'a', version: 5 }), someStream({ id: 'gone' }))
    const after = newestStreams(before, listOf(someStream({ id: 'b' }), someStream({ id: 'a', version: 4 })))
    expect(after.pages[0]?.items.map(({ id, version }) => [id, version])).toEqual([
      ['b', 3],
      ['a', 5],
    ])
    const first = listOf(someStream())
    expect(newestStreams(undefined, first)).toBe(first)
  })
})
