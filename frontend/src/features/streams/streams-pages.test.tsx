// @vitest-environment jsdom

import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { Outlet } from 'react-router'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { config } from '@/config'
import type { Dataset } from '@/lib/api/types'
import { someDataset } from '@/testing/datasets'
import { addressOf, renderPage, renderRoutes } from '@/testing/page'
import { fakeServer, problem, sentTo, type Sent } from '@/testing/server'
import { someStream } from '@/testing/streams'

import { DatasetStreamsTab } from './dataset-streams-tab'
import { StreamsPage } from './streams-page'

const stream = someStream()
const listed = (...items: unknown[]) => ({ items, next: null })
const routes = { 'GET /api/datasets': () => listed(someDataset()) }

/** Windows are wide enough for a table, or not. */
const useWindow = (roomy: boolean): void =>
  void vi.stubGlobal('matchMedia', () => Object.assign(new EventTarget(), { matches: roomy }))

beforeEach(() => useWindow(true))
afterEach(cleanup)

describe('the list of streams', () => {
  it('says of each how far it is, and keeps the state in the address', async () => {
    const seen = fakeServer({ ...routes, 'GET /api/streams': () => listed(stream) })
    const router = renderPage(<StreamsPage />)
    const link = await screen.findByRole('link', { name: 'Pine' })
    expect(link.getAttribute('href')).toBe(`/streams/${stream.id}`)
    const row = within(screen.getByRole('table', { name: 'Streams' })).getAllByRole('row')[1]
    for (const text of ['playing', '60×', 'Fri, 28 Nov 2025, 00:41:07 UTC', '5,000 of 10,000', '32 events/s'])
      expect(row?.textContent).toContain(text)
    expect(screen.getByRole<HTMLProgressElement>('progressbar', { name: 'Events sent' }).position).toBe(0.5)
    fireEvent.change(screen.getByLabelText('State'), { target: { value: 'paused' } })
    await waitFor(() => expect(addressOf(router)).toBe('/?state=paused'))
    await waitFor(() => expect(sentTo(seen, 'GET', '/api/streams').at(-1)?.query.get('state')).toBe('paused'))
  })

  it('is of cards where the window is narrow', async () => {
    useWindow(false)
    fakeServer({ ...routes, 'GET /api/streams': () => listed(stream) })
    renderPage(<StreamsPage />)
    await screen.findByRole('link', { name: 'Pine' })
    const [card] = within(screen.getByRole('list', { name: 'Streams' })).getAllByRole('listitem')
    for (const text of ['playing', '60×', '00:41:07 UTC', '5,000 of 10,000', '32 events/s'])
      expect(card?.textContent).toContain(text)
    expect(screen.queryByRole('table')).toBeNull()
  })

  it('shows a stream whose dataset and events are not known yet', async () => {
    const fresh = someStream({
      state: 'queued',
      events_total: null,
      events_sent: 0,
      event_time: null,
      dataset_id: '12345678-gone',
    })
    fakeServer({ ...routes, 'GET /api/streams': () => listed({ ...fresh, events_per_second: null }) })
    renderPage(<StreamsPage />)
    expect(await screen.findByRole('link', { name: '12345678' })).toBeTruthy()
    expect(screen.queryByRole('progressbar')).toBeNull()
  })

  it('is fetched page by page', async () => {
    const seen = fakeServer({
      ...routes,
      'GET /api/streams': ({ query }) =>
        query.get('cursor') === 'more'
          ? listed(someStream({ id: 's2', dataset_id: 'secondary' }))
          : { items: [stream], next: 'more' },
    })
    renderPage(<StreamsPage />)
    fireEvent.click(await screen.findByRole('button', { name: 'Show more' }))
    expect(await screen.findByRole('link', { name: 'secondar' })).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull()
    expect(sentTo(seen, 'GET', '/api/streams')[0]?.query.get('limit')).toBe(String(config.pageSize.list))
  })

  it('says what a stream is for where there is none, and leads to the datasets', async () => {
    fakeServer({ ...routes, 'GET /api/streams': () => listed() })
    renderPage(<StreamsPage />, '/?state=nonsense')
    expect(await screen.findByText('No streams yet')).toBeTruthy()
    expect(screen.getByText(/plays the history of a dataset into Kafka/)).toBeTruthy()
    expect(screen.getByRole('link', { name: 'dataset' }).getAttribute('href')).toBe('/')
    cleanup()
    renderPage(<StreamsPage />, '/?state=failed')
    expect(await screen.findByText('No failed streams')).toBeTruthy()
  })

  it('says what went wrong, and can be asked for again', async () => {
    let away = true
    fakeServer({ ...routes, 'GET /api/streams': () => (away ? problem(503, 'Away.') : listed(stream)) })
    renderPage(<StreamsPage />)
    const again = await screen.findByRole('button', { name: 'Try again' })
    away = false
    fireEvent.click(again)
    expect(await screen.findByRole('link', { name: 'Pine' })).toBeTruthy()
  })
})

describe('the streams of a dataset', () => {
  const dataset = someDataset()

  function show(streams: unknown[], shown: Dataset = dataset): Sent[] {
    const seen = fakeServer({ ...routes, 'GET /api/streams': () => listed(...streams) })
    renderRoutes(
      [{ element: <Outlet context={shown} />, children: [{ path: '/', element: <DatasetStreamsTab /> }] }],
      '/',
    )
    return seen
  }

  it('are asked for by its id, and one that has not ended leaves no room for another', async () => {
    const seen = show([stream])
    const link = await screen.findByRole('link', { name: 'its open stream' })
    expect(link.getAttribute('href')).toBe(`/streams/${stream.id}`)
    expect(sentTo(seen, 'GET', '/api/streams')[0]?.query.get('dataset_id')).toBe(dataset.id)
    expect(screen.queryByRole('form', { name: 'New stream' })).toBeNull()
  })

  it('are over before a new one is started', async () => {
    show([someStream({ state: 'stopped', goal: 'stop' })])
    expect(await screen.findByRole('link', { name: 'Pine' })).toBeTruthy()
    expect(screen.getByRole('form', { name: 'New stream' })).toBeTruthy()
  })

  it('lead to a new one, also where the list tells of it first', async () => {
    let streams: unknown[] = []
    let accept: (answer: Response) => void = () => undefined
    fakeServer({
      ...routes,
      'GET /api/streams': () => listed(...streams),
      'POST /api/streams': () => new Promise((resolve) => (accept = resolve)),
    })
    const router = renderRoutes(
      [{ element: <Outlet context={dataset} />, children: [{ path: '/', element: <DatasetStreamsTab /> }] }],
      '/',
    )
    fireEvent.click(await screen.findByRole('button', { name: 'Start the stream' }))
    await waitFor(() => expect(accept).toHaveLength(1))
    streams = [stream]
    window.dispatchEvent(new Event('visibilitychange'))
    await screen.findByRole('link', { name: 'Pine' })
    expect(screen.getByRole('form', { name: 'New stream' })).toBeTruthy()
    accept(Response.json(stream, { status: 202 }))
    await waitFor(() => expect(addressOf(router)).toBe(`/streams/${stream.id}`))
  })

  it('are none yet', async () => {
    show([])
    expect(await screen.findByText(/^None yet\. A stream plays the history/)).toBeTruthy()
    expect(screen.getByRole('button', { name: 'Start the stream' })).toBeTruthy()
  })

  it.each([
    ['creating', 'A dataset can be played once its job is done.'],
    ['incomplete', 'An incomplete dataset cannot be played.'],
  ] as const)('cannot be started of one that is %s', async (state, words) => {
    show([], someDataset({ state }))
    expect(await screen.findByText(words)).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Start the stream' })).toBeNull()
  })
})
