// @vitest-environment jsdom

import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import type { ReactElement } from 'react'
import { afterEach, describe, expect, it } from 'vitest'

import type { Dataset } from '@/lib/api/types'
import { someDataset } from '@/testing/datasets'
import { addressOf, renderPage } from '@/testing/page'
import { fakeServer, problem, sentTo, type Sent } from '@/testing/server'
import { someStream } from '@/testing/streams'

import { useNewStream } from './api'
import { NewStreamForm } from './new-stream-form'

const window = { start: '2024-01-01', end: '2025-12-31' }
const dataset = someDataset({ spec: { name: 'Pine', window } })

const accepted = (): Response => Response.json(someStream(), { status: 202 })

const Form = ({ dataset: shown }: { dataset: Dataset }): ReactElement => (
  <NewStreamForm dataset={shown} create={useNewStream()} />
)

function show(answer: () => Response = accepted, shown = dataset): { seen: Sent[]; address: () => string } {
  const seen = fakeServer({ 'POST /api/streams': answer })
  const router = renderPage(<Form dataset={shown} />)
  return { seen, address: () => addressOf(router) }
}

const press = (name: string): boolean => fireEvent.click(screen.getByRole('button', { name }))
const start = (): boolean => press('Start the stream')
const tick = (name: string | RegExp): boolean => fireEvent.click(screen.getByRole('checkbox', { name }))
const type = (label: string, value: string): boolean =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } })
const sent = (seen: readonly Sent[]): unknown => sentTo(seen, 'POST', '/api/streams')[0]?.body
const code = (): string | null =>
  screen.getByRole('region', { name: /^(curl command|Python program)$/ }).textContent

afterEach(cleanup)

describe('the form for a new stream', () => {
  it('plays all business topics as fast as it goes, unless told otherwise, and opens the stream', async () => {
    const { seen, address } = show()
    start()
    await waitFor(() => expect(address()).toBe(`/streams/${someStream().id}`))
    expect(sent(seen)).toEqual({ dataset_id: dataset.id })
  })

  it('asks for what is chosen', async () => {
    const { seen } = show()
    tick('ecommerce-clickstream')
    tick('ecommerce-inventory')
    type('Speed', '60')
    type('Live from (UTC)', '2025-11-28T00:00')
    type('From (UTC)', '2025-11-01T00:00')
    type('Until (UTC)', '2025-12-01T00:00')
    type('Events a second at most', '5000')
    tick(/^Topics of its own/)
    start()
    await waitFor(() => expect(seen).toHaveLength(1))
    expect(sent(seen)).toEqual({
      dataset_id: dataset.id,
      topics: ['ecommerce-user-events', 'ecommerce-orders', 'ecommerce-payments'],
      from: '2025-11-01T00:00:00Z',
      until: '2025-12-01T00:00:00Z',
      live_from: '2025-11-28T00:00:00Z',
      speed: 60,
      rate_limit: 5_000,
      own_topics: true,
    })
  })

  it('plays changes of rows, of all tables or of some', async () => {
    const { seen } = show()
    tick('Changes of rows (CDC)')
    expect(code()).toContain('"ecommerce-cdc.*"')
    tick('All tables, ecommerce-cdc.*')
    start()
    expect(screen.getByText('Choose at least one table.')).toBeTruthy()
    expect(seen).toEqual([])
    tick('users')
    start()
    await waitFor(() => expect(seen).toHaveLength(1))
    expect(sent(seen)).toHaveProperty('topics.5', 'ecommerce-cdc.users')
  })

  it('has a clock only with a speed, which may be any from 1 to 3,600', async () => {
    const { seen } = show()
    expect(screen.getByLabelText<HTMLInputElement>('Live from (UTC)').disabled).toBe(true)
    type('Speed', 'other')
    expect(screen.getByLabelText<HTMLInputElement>('Live from (UTC)').disabled).toBe(false)
    type('Times as fast as in reality', '3601')
    start()
    expect(screen.getByText('Enter a number from 1 to 3,600.')).toBeTruthy()
    type('Times as fast as in reality', '600')
    expect(screen.queryByText('Enter a number from 1 to 3,600.')).toBeNull()
    start()
    await waitFor(() => expect(seen).toHaveLength(1))
    expect(sent(seen)).toEqual({ dataset_id: dataset.id, speed: 600 })
  })

  it('says what it can by itself, each at its field', async () => {
    const { seen } = show()
    for (const name of ['user-events', 'inventory', 'orders', 'clickstream', 'payments'])
      tick(`ecommerce-${name}`)
    type('From (UTC)', '2019-01-01T00:00')
    type('Events a second at most', 'many')
    start()
    expect(screen.getByText('Choose at least one topic.')).toBeTruthy()
    const after = screen.getByLabelText('From (UTC)')
    expect(after.getAttribute('aria-invalid')).toBe('true')
    expect(screen.getByText(/^Enter a number from 1 to 1,000,000/)).toBeTruthy()
    await waitFor(() =>
      expect(document.activeElement).toBe(screen.getByRole('checkbox', { name: 'ecommerce-user-events' })),
    )
    expect(seen).toEqual([])
  })

  it('names the time that the dataset has, where its spec says', () => {
    show()
    expect(screen.getByText(/Mon, 1 Jan 2024, 00:00:00 UTC to Wed, 31 Dec 2025, 23:59:59 UTC/)).toBeTruthy()
    expect(screen.getByLabelText('Until (UTC)').getAttribute('max')).toBe('2025-12-31T23:59:59')
    cleanup()
    show(accepted, someDataset())
    expect(screen.getByText('Without them, all of the dataset’s time is played.')).toBeTruthy()
  })

  it('says that events stay in Kafka', () => {
    show()
    expect(screen.getByText(/^Events stay in Kafka: neither stopping nor deleting/)).toBeTruthy()
  })
})

describe('a stream that is refused', () => {
  it.each([
    ['topics', 'ecommerce-orders'],
    ['from', 'From (UTC)'],
    ['until', 'Until (UTC)'],
    ['speed', 'Speed'],
    ['rate_limit', 'Events a second at most'],
  ])('for its %s says so there', async (field, label) => {
    show(() => problem(422, 'Not valid.', [{ field, message: 'That will not do.' }]))
    start()
    expect(await screen.findByText('That will not do.')).toBeTruthy()
    expect(screen.getByLabelText(label).getAttribute('aria-invalid')).toBe('true')
    expect(screen.queryByText('Not valid.')).toBeNull()
  })

  it('for the moment that its clock begins says so there', async () => {
    show(() => problem(422, 'Not valid.', [{ field: 'live_from', message: 'must not be before from' }]))
    type('Speed', '1')
    start()
    expect(await screen.findByText('must not be before from')).toBeTruthy()
    expect(screen.getByLabelText('Live from (UTC)').getAttribute('aria-invalid')).toBe('true')
  })

  it.each(['', 'dataset_id'])(
    'for something that is no field of the form says so above the button (%j)',
    async (field) => {
      show(() => problem(422, 'You have 3 streams that have not ended.', [{ field, message: 'Too many.' }]))
      start()
      expect((await screen.findByRole('alert')).textContent).toBe('You have 3 streams that have not ended.')
    },
  )

  it('for another stream leads there', async () => {
    show(() =>
      Response.json(
        { status: 409, detail: 'The dataset has a stream that has not ended.', stream_id: 'open-one' },
        { status: 409 },
      ),
    )
    start()
    expect(await screen.findByText(/has a stream that has not ended/)).toBeTruthy()
    const link = screen.getByRole('link', { name: 'Open that stream' })
    expect(link.getAttribute('href')).toBe('/streams/open-one')
  })

  it('for a job leads there, and for its vintage says so', async () => {
    show(() => Response.json({ status: 409, detail: 'A job works on it.', job_id: 'j1' }, { status: 409 }))
    start()
    expect((await screen.findByRole('link', { name: 'Open the job' })).getAttribute('href')).toBe('/jobs/j1')
    cleanup()
    show(() => Response.json({ status: 409, detail: 'Made by vintage 4.', vintage: 4 }, { status: 409 }))
    start()
    expect((await screen.findByRole('alert')).textContent).toBe('Made by vintage 4.')
  })

  it('can be asked for again once something is changed', async () => {
    show(() => problem(422, 'Not valid.', [{ field: 'until', message: 'That will not do.' }]))
    start()
    await screen.findByText('That will not do.')
    type('Until (UTC)', '2025-12-01T00:00')
    await waitFor(() => expect(screen.queryByText('That will not do.')).toBeNull())
  })
})

describe('the request as code', () => {
  it('follows the form, in both languages', () => {
    show()
    type('Speed', '3600')
    expect(code()).toContain('curl -s http://localhost:3000/api/streams')
    expect(code()).toContain('"speed":3600')
    fireEvent.mouseDown(screen.getByRole('tab', { name: 'Python' }))
    expect(code()).toContain('"speed": 3600,')
    expect(screen.getByRole('button', { name: 'Copy Python program' })).toBeTruthy()
  })
})
