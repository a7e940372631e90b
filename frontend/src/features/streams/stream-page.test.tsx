// @vitest-environment jsdom

import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { createMemoryRouter, RouterProvider } from 'react-router'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { toast, Toasts } from '@/components/ui/toasts'
import { setLiveStatus } from '@/lib/live/jobs-store'
import { observeRate } from '@/lib/live/stream-rates'
import { mergeStream } from '@/lib/live/streams-cache'
import type { Stream } from '@/lib/api/types'
import { someDataset } from '@/testing/datasets'
import { openDetails } from '@/testing/details'
import { fakeServer, problem, sentTo, type Sent } from '@/testing/server'
import { someExpected, someStream, someStreamEvent } from '@/testing/streams'

import { StreamPage } from './stream-page'

const { id } = someStream()
const path = `/api/streams/${id}`

interface Shown {
  seen: Sent[]
  address: () => string
  /** Says something over the live connection. */
  hear: (changes: Partial<Stream>) => Promise<void>
}

/** Shows the page of a stream, with what else the server is to say. */
function show(shown: Partial<Stream> | (() => unknown), more: Parameters<typeof fakeServer>[0] = {}): Shown {
  const seen = fakeServer({
    'GET /api/datasets/*': () => someDataset(),
    'GET /api/streams/*': typeof shown === 'function' ? shown : () => someStream(shown),
    'GET /api/streams/*/events': () => ({
      items: [someStreamEvent({ event: 'created', state: 'queued' }), someStreamEvent()],
      next: null,
    }),
    'GET /api/streams/*/expected': () => someExpected(),
    ...more,
  })
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const router = createMemoryRouter(
    [
      { path: '/streams/:streamId', element: <StreamPage /> },
      { path: '*', element: <p>elsewhere</p> },
    ],
    { initialEntries: [`/streams/${id}`] },
  )
  render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
      <Toasts />
    </QueryClientProvider>,
  )
  return {
    seen,
    address: () => router.state.location.pathname,
    hear: (changes) =>
      act(async () => {
        const stream = someStream(changes)
        observeRate(stream)
        mergeStream(client, stream)
        // Queries tell of changes in a task of their own.
        await new Promise((resolve) => setTimeout(resolve, 0))
      }),
  }
}

const press = async (name: string): Promise<void> => {
  fireEvent.click(await screen.findByRole('button', { name }))
}
const sentEvents = async (): Promise<string | null> => (await screen.findByTestId('events-sent')).textContent
const posted = (seen: readonly Sent[], action: string): number =>
  sentTo(seen, 'POST', `${path}/${action}`).length

// What was said in passing would else still be there for the next test.
afterEach(() => {
  cleanup()
  toast('')
})

describe('the page of a stream', () => {
  it('shows the time of its events as a clock, and how far it is', async () => {
    show({})
    const clock = await screen.findByTestId('event-time')
    expect(clock.textContent).toBe('Fri, 28 Nov 202500:41:07 UTC')
    expect(screen.getByTestId('percent').textContent).toBe('50%')
    for (const text of ['32 events/s', '60×', 'never']) expect(screen.getByText(text)).toBeTruthy()
    expect(await screen.findByRole('heading', { name: 'Pine' })).toBeTruthy()
    expect(screen.getByRole('link', { name: 'Open dataset' })).toBeTruthy()
    expect(await screen.findByText('Began to send events.')).toBeTruthy()
    expect(document.title).toBe('00:41:07 · Pine · Cartload')
  })

  it('takes the newest state, whichever way it came', async () => {
    const { hear } = show({})
    expect(await sentEvents()).toBe('5,000')
    await hear({ version: 9, events_sent: 7_000 })
    expect(await sentEvents()).toBe('7,000')
    await hear({ version: 8, events_sent: 6_000 })
    expect(await sentEvents()).toBe('7,000')
  })

  it('is not set back by an answer that was on its way', async () => {
    let come: (stream: Stream) => void = () => undefined
    const { hear } = show(() => new Promise((resolve) => (come = resolve)))
    expect(screen.getByText('Loading stream…')).toBeTruthy()
    await waitFor(() => expect(come).toHaveLength(1))
    await hear({ version: 9, events_sent: 7_000 })
    expect(await sentEvents()).toBe('7,000')
    come(someStream({ version: 4, events_sent: 4_000 }))
    await screen.findByText('Began to send events.')
    expect(await sentEvents()).toBe('7,000')
  })

  it('says whether it is live until it is over', async () => {
    const { hear } = show({})
    act(() => setLiveStatus('live'))
    expect((await screen.findByTestId('live-status')).textContent).toBe('Live')
    await hear({ version: 9, state: 'ended' })
    expect(screen.queryByTestId('live-status')).toBeNull()
  })

  it('says what its owner wants where it is not so yet', async () => {
    show({ goal: 'pause' })
    expect(await screen.findByText('Playing, pausing…')).toBeTruthy()
    expect(screen.getByText('pausing…')).toBeTruthy()
    expect(screen.getByRole('button', { name: 'Resume' })).toBeTruthy()
  })

  it('says by how much its clock was held up', async () => {
    show({ seconds_slowed: 75.4 })
    expect(await screen.findByText(/^The clock has been held up by 1 min 15 s in all/)).toBeTruthy()
    cleanup()
    show({ speed: 'max', live_from: null })
    expect(await screen.findByText('no clock')).toBeTruthy()
    expect(screen.queryByText(/has been held up/)).toBeNull()
  })

  it('says which part it plays, and how fast at most', async () => {
    show({ from: '2025-11-01T00:00:00Z', rate_limit: 5_000 })
    expect(await screen.findByText('Sat, 1 Nov 2025, 00:00:00 UTC')).toBeTruthy()
    expect(screen.getByText('5,000 events/s')).toBeTruthy()
  })

  it('lists its topics by the names that Kafka has', async () => {
    show({ topics: [{ topic: 'ecommerce-orders', name: 'shop-8d2f-orders' }] })
    expect(await screen.findByText('shop-8d2f-orders')).toBeTruthy()
    expect(screen.getByRole('button', { name: 'Copy shop-8d2f-orders' })).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Copy all names' })).toBeNull()
    expect(screen.getByRole('region', { name: 'Python program' }).textContent).toContain(
      'consumer.subscribe(\n    [\n        "shop-8d2f-orders",\n    ]\n)',
    )
  })

  it.each([
    ['Java', 'Java program', '"ecommerce-orders",\n              "ecommerce-payments"));'],
    ['Flink SQL', 'Flink SQL', "'topic' = 'ecommerce-payments'"],
    ['RisingWave', 'RisingWave SQL', "topic = 'ecommerce-payments'"],
  ])('has code in %s', async (tab, region, text) => {
    show({})
    fireEvent.mouseDown(await screen.findByRole('tab', { name: tab }))
    expect(screen.getByRole('region', { name: region }).textContent).toContain(text)
  })
})

describe('the page of a stream that does not simply play', () => {
  it.each([
    [
      { state: 'queued', event_time: null, events_sent: 0, events_total: null },
      /^No player has taken it yet\. It begins/,
    ],
    [{ state: 'queued' }, /^No player has taken it yet\. It goes on by itself/],
    [{ state: 'preparing' }, /^Its events are made and put in order first/],
    [{ state: 'paused', goal: 'pause' }, /^Paused: no event is sent, and its clock stands still/],
    [{ state: 'ended' }, /^Ended: all its 5,000 events are in Kafka, and stay there/],
    [{ state: 'ended', events_sent: 1 }, /^Ended: its one event is in Kafka, and stays there/],
    [{ state: 'stopped', goal: 'stop' }, /^Stopped at Fri, 28 Nov 2025, 00:41:07 UTC\. It cannot be resumed/],
    [{ state: 'stopped', goal: 'stop', events_sent: 0, event_time: null }, /^Stopped before its first event/],
    [
      { event_time: '2025-06-01T00:00:00Z' },
      /^What happened until Fri, 28 Nov 2025, 00:00:00 UTC is sent at once/,
    ],
  ] as const)('says how it stands (%j)', async (changes, words) => {
    show(changes)
    expect(await screen.findByText(words)).toBeTruthy()
  })

  it('says what it waits for, and that it goes on by itself', async () => {
    const { hear } = show({ waiting_for: 'Kafka at kafka:9092 cannot be reached (Connection refused)' })
    expect(
      await screen.findByText('Kafka at kafka:9092 cannot be reached (Connection refused).'),
    ).toBeTruthy()
    expect(screen.getByText(/goes on by itself as soon as it can, and leaves no event out/)).toBeTruthy()
    await hear({ version: 9 })
    expect(screen.queryByText(/cannot be reached/)).toBeNull()
  })

  it('says of a failure what happened, and what to do', async () => {
    show({ state: 'failed', error: 'The topic is gone.' })
    expect(await screen.findByText('The topic is gone.')).toBeTruthy()
    expect(screen.getByText(/^Press “Resume”/)).toBeTruthy()
    expect(screen.getByRole('button', { name: 'Copy the stream’s id' })).toBeTruthy()
    expect(screen.getByText(/known where a stream stands still: resume it/)).toBeTruthy()
  })

  it('has nothing to show before its first event', async () => {
    show({
      state: 'paused',
      goal: 'pause',
      event_time: null,
      events_sent: 0,
      events_total: null,
      events_per_second: null,
    })
    expect(await screen.findByText('No event has arrived yet')).toBeTruthy()
    expect(screen.getByText('No event has arrived, so there is nothing to add up.')).toBeTruthy()
    expect(screen.queryByTestId('percent')).toBeNull()
  })

  it.each([404, 422])('is missing on %s', async (status) => {
    show(() => problem(status, 'Not found.'))
    expect(await screen.findByRole('heading', { name: 'There is no such stream' })).toBeTruthy()
  })

  it('is gone once it was deleted elsewhere', async () => {
    let deleted = false
    show(() => (deleted ? problem(404, 'Not found.') : someStream()), {
      'POST /api/streams/*/pause': () => problem(404, 'Not found.'),
    })
    await screen.findByTestId('event-time')
    deleted = true
    await press('Pause')
    expect(await screen.findByRole('heading', { name: 'There is no such stream' })).toBeTruthy()
    expect(screen.queryByTestId('event-time')).toBeNull()
  })

  it('can be asked for again where the server is away', async () => {
    let away = true
    show(() => (away ? problem(500, 'Away.') : someStream()))
    const again = await screen.findByRole('button', { name: 'Try again' })
    away = false
    fireEvent.click(again)
    expect(await screen.findByTestId('event-time')).toBeTruthy()
  })
})

describe('what can be done with a stream', () => {
  it.each([
    ['Pause', 'pause', {}, { goal: 'pause' }, 'Resume'],
    ['Resume', 'resume', { state: 'paused', goal: 'pause' }, { state: 'queued' }, 'Pause'],
    ['Resume', 'resume', { state: 'failed', error: 'Refused.' }, { state: 'queued' }, 'Pause'],
  ] as const)('%s, at once', async (name, action, before, after, then) => {
    let state = someStream(before)
    const { seen } = show(() => state, {
      [`POST /api/streams/*/${action}`]: () => {
        state = someStream({ ...after, version: 9 })
        return Response.json(state, { status: 202 })
      },
    })
    await press(name)
    expect(await screen.findByRole('button', { name: then })).toBeTruthy()
    expect(posted(seen, action)).toBe(1)
    expect(screen.queryByRole('dialog')).toBeNull()
  })

  it('Stop, after a question that says what comes of it', async () => {
    let state = someStream()
    const { seen } = show(() => state, {
      'POST /api/streams/*/stop': () => {
        state = someStream({ state: 'stopped', goal: 'stop', version: 9 })
        return Response.json(state, { status: 202 })
      },
    })
    await press('Stop')
    const dialog = within(screen.getByRole('dialog', { name: 'Stop this stream?' }))
    expect(dialog.getByText(/^5,000 events in Kafka, and the topics\./)).toBeTruthy()
    expect(dialog.getByText(/^A stopped stream cannot be resumed/)).toBeTruthy()
    await press('Keep it')
    expect(posted(seen, 'stop')).toBe(0)
    await press('Stop')
    await press('Stop the stream')
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(posted(seen, 'stop')).toBe(1)
    expect(screen.queryByRole('button', { name: 'Stop' })).toBeNull()
    expect(screen.queryByRole('heading', { name: 'Control' })).toBeNull()
  })

  it('Delete, after a question, and leads to the list', async () => {
    const { seen, address } = show(
      { state: 'ended' },
      { 'DELETE /api/streams/*': () => new Response(null, { status: 204 }) },
    )
    await press('Delete')
    const dialog = within(screen.getByRole('dialog', { name: 'Delete this stream?' }))
    expect(dialog.getByText(/in Kafka, and the topics\. Your dataset stays/)).toBeTruthy()
    expect(dialog.getByText('A deleted stream cannot be brought back.')).toBeTruthy()
    await press('Delete the stream')
    await waitFor(() => expect(address()).toBe('/streams'))
    expect(sentTo(seen, 'DELETE', path)).toHaveLength(1)
    expect(await screen.findByText('The stream is deleted.')).toBeTruthy()
  })

  it('Delete of an open one stops it', async () => {
    show({ events_sent: 0 }, { 'DELETE /api/streams/*': () => problem(503, 'Away for now.') })
    await press('Delete')
    expect(screen.getByText(/^Nothing is in Kafka yet\. Your dataset/)).toBeTruthy()
    expect(screen.getByText(/^It stops where it is/)).toBeTruthy()
    await press('Delete the stream')
    expect(await screen.findByText('Away for now.')).toBeTruthy()
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  })

  it.each([
    [{ state: 'ended' }, ['Delete']],
    [{ state: 'stopped', goal: 'stop' }, ['Delete']],
    [{ goal: 'stop' }, ['Delete']],
    [{ state: 'paused', goal: 'pause' }, ['Resume', 'Stop', 'Delete']],
  ] as const)('is what its state allows (%j)', async (changes, names) => {
    show(changes)
    await screen.findByRole('button', { name: 'Delete' })
    const all = ['Pause', 'Resume', 'Stop', 'Delete']
    expect(all.filter((name) => screen.queryByRole('button', { name }) !== null)).toEqual(names)
  })

  it('says why an action is refused', async () => {
    show({}, { 'POST /api/streams/*/pause': () => problem(409, 'A stream that is ended cannot be paused.') })
    await press('Pause')
    expect(await screen.findByText('A stream that is ended cannot be paused.')).toBeTruthy()
  })

  it('says beside the speed what the buttons do', async () => {
    show({})
    expect(await screen.findByText(/^Pause: no event is sent, and its clock stands still/)).toBeTruthy()
    expect(screen.getByText(/^Stop: it ends where it is, for good/)).toBeTruthy()
  })
})

describe('the speed', () => {
  const choose = async (value: string): Promise<void> => {
    fireEvent.change(await screen.findByLabelText('Speed'), { target: { value } })
  }

  it('is changed to a preset, and shown as it comes', async () => {
    let state = someStream()
    const { seen, hear } = show(() => state, {
      'PATCH /api/streams/*': () => {
        state = someStream({ speed: 'max', version: 9 })
        return Response.json(state, { status: 202 })
      },
    })
    await choose('max')
    await press('Change the speed')
    await waitFor(() => expect(screen.getByText('as fast as it goes')).toBeTruthy())
    expect(sentTo(seen, 'PATCH', path)[0]?.body).toEqual({ speed: 'max' })
    await hear({ version: 10, speed: 600 })
    expect(screen.getByLabelText<HTMLInputElement>('Times as fast as in reality').value).toBe('600')
  })

  it('is not sent while it is none, or as it is', async () => {
    const { seen } = show({})
    const button = await screen.findByRole<HTMLButtonElement>('button', { name: 'Change the speed' })
    expect(button.disabled).toBe(true)
    await choose('other')
    fireEvent.change(screen.getByLabelText('Times as fast as in reality'), { target: { value: 'x' } })
    await press('Change the speed')
    expect(screen.getByText('Enter a number from 1 to 3,600.')).toBeTruthy()
    expect(sentTo(seen, 'PATCH', path)).toEqual([])
  })

  it.each([
    [
      () => problem(422, 'Not valid.', [{ field: 'speed', message: 'That is too fast.' }]),
      'That is too fast.',
    ],
    [() => problem(409, 'A stream that is ended has no speed any more.'), /has no speed any more/],
  ])('is refused in words (%#)', async (answer, words) => {
    show({}, { 'PATCH /api/streams/*': answer })
    await choose('1')
    await press('Change the speed')
    expect(await screen.findByText(words)).toBeTruthy()
  })
})

describe('what a stream adds up to', () => {
  const rows = (name: string): (string | null)[] =>
    within(screen.getByRole('table', { name }))
      .getAllByRole('row')
      .slice(1)
      .map((row) => row.textContent)

  it.each(['paused', 'stopped', 'ended'] as const)('is shown of one that is %s', async (state) => {
    show({ state, goal: 'pause' })
    expect(await screen.findByRole('table', { name: 'Rows expected' })).toBeTruthy()
    expect(rows('Rows expected')).toEqual(['users2,500000000000000…'])
    expect(rows('Events expected')).toEqual([
      'ecommerce-ordersorder_created21,004',
      'ecommerce-ordersorder_updated55,123',
    ])
    expect(screen.getByText(/^The right answer for whoever reads the stream/)).toBeTruthy()
    expect(screen.getByText(/^This stream plays no changes of rows/)).toBeTruthy()
    expect(screen.getByRole('button', { name: 'Copy all of it as JSON' })).toBeTruthy()
  })

  it('is compared by a command where rows are played', async () => {
    const topics = [{ topic: 'ecommerce-cdc.users', name: 'ecommerce-cdc.users' }]
    show({ state: 'ended', topics, from: '2025-01-01T00:00:00Z' })
    const command = await screen.findByRole('region', { name: 'command that compares' })
    expect(command.textContent).toMatch(/^cartload fold kafka:\/\/localhost:9092 --against spec\.yaml/)
    expect(screen.getByText(/This stream begins in the middle/)).toBeTruthy()
  })

  it('is not asked for while the stream plays', async () => {
    const { seen, hear } = show({})
    expect(await screen.findByText(/^It is known where a stream stands still: pause it/)).toBeTruthy()
    expect(sentTo(seen, 'GET', `${path}/expected`)).toEqual([])
    await hear({ version: 9, state: 'paused', goal: 'pause' })
    expect(await screen.findByRole('table', { name: 'Rows expected' })).toBeTruthy()
  })

  it('is asked for again while it is being worked out', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true })
    let done = false
    const { seen } = show(
      { state: 'paused', goal: 'pause' },
      {
        'GET /api/streams/*/expected': () =>
          done
            ? someExpected()
            : Response.json(
                { status: 409, detail: 'Ask again.' },
                { status: 409, headers: { 'retry-after': '2' } },
              ),
      },
    )
    expect(await screen.findByText('It is being worked out…')).toBeTruthy()
    const asked = (): number => sentTo(seen, 'GET', `${path}/expected`).length
    const before = asked()
    await act(() => vi.advanceTimersByTimeAsync(2_500))
    expect(asked()).toBeGreaterThan(before)
    expect(screen.getByText('It is being worked out…')).toBeTruthy()
    done = true
    await act(() => vi.advanceTimersByTimeAsync(2_500))
    expect(screen.getByRole('table', { name: 'Rows expected' })).toBeTruthy()
    const enough = asked()
    await act(() => vi.advanceTimersByTimeAsync(10_000))
    expect(asked()).toBe(enough)
    vi.useRealTimers()
  })

  it('may be refused', async () => {
    show(
      { state: 'paused', goal: 'pause' },
      { 'GET /api/streams/*/expected': () => problem(409, 'It has gone on.') },
    )
    expect(await screen.findByText('It has gone on.')).toBeTruthy()
  })
})

describe('the events a second', () => {
  const see = (seconds: number, rate: number | null): void => {
    vi.setSystemTime(Date.parse('2026-01-05T09:30:00Z') + seconds * 1_000)
    observeRate(someStream({ version: seconds + 1, events_per_second: rate }))
  }

  it('are drawn from what was seen, with the numbers beside them', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    see(0, 10)
    see(2, 100)
    see(4, 300)
    show({ version: 5 })
    vi.useRealTimers()
    expect(
      await screen.findByRole('img', { name: /^Throughput: mean 200 events\/s, highest 300 events\/s$/ }),
    ).toBeTruthy()
    openDetails()
    expect(
      within(screen.getByRole('table', { name: 'Numbers of the throughput' })).getAllByRole('row')[1]
        ?.textContent,
    ).toBe('0:00 to 0:02100')
  })

  it('are not drawn where nothing was seen', async () => {
    show({})
    expect(await screen.findByText('The chart begins with the first events that arrive.')).toBeTruthy()
    cleanup()
    show({ state: 'ended', finished_at: '2026-01-05T09:30:51.000Z', events_per_second: null })
    expect(await screen.findByText(/^100 events\/s on average\. Its course was not watched/)).toBeTruthy()
  })
})
