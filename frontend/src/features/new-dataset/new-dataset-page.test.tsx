// @vitest-environment jsdom

import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { someJob } from '@/testing/jobs'
import { addressOf, renderPage } from '@/testing/page'
import { fakeServer, problem, sentTo } from '@/testing/server'

import { NewDatasetPage } from './new-dataset-page'

const schema = {
  $defs: {
    Orders: {
      properties: {
        per_customer: { type: 'number', title: 'Per Customer', default: 2.5, minimum: 0, maximum: 50 },
        cancel_rate: { type: 'number', title: 'Cancel Rate', default: 0.05, minimum: 0, maximum: 1 },
      },
    },
    Shipping: {
      properties: {
        free_from: {
          anyOf: [{ type: 'integer', minimum: 0 }, { type: 'null' }],
          title: 'Free From',
          default: 6_000,
        },
      },
    },
    Event: {
      properties: {
        name: { type: 'string', title: 'Name' },
        month: { type: 'integer', title: 'Month', minimum: 1, maximum: 12 },
      },
    },
    Season: {
      properties: {
        week: {
          type: 'array',
          minItems: 7,
          maxItems: 7,
          items: { type: 'integer', minimum: 1, maximum: 1_000 },
          default: [1, 2, 3, 4, 5, 6, 7],
        },
        events: { type: 'array', maxItems: 2, items: { $ref: '#/$defs/Event' }, default: [] },
      },
    },
  },
  properties: {
    name: { type: 'string', title: 'Name', default: 'dataset', maxLength: 20 },
    customers: { type: 'integer', title: 'Customers', default: 1000, minimum: 1, maximum: 1_000_000 },
    ids: { enum: ['uuid', 'integer'], type: 'string', title: 'Ids', default: 'uuid' },
    locales: {
      type: 'object',
      propertyNames: { enum: ['en_US', 'de_DE'] },
      additionalProperties: { type: 'integer', minimum: 1, maximum: 1_000 },
      default: { en_US: 3, de_DE: 1 },
    },
    orders: { $ref: '#/$defs/Orders' },
    as_of: { anyOf: [{ type: 'string', format: 'date-time' }, { type: 'null' }], default: null },
    season: { $ref: '#/$defs/Season' },
    shipping: { $ref: '#/$defs/Shipping' },
    novelty: { type: 'integer', title: 'Novelty', default: 1 },
  },
  presets: { 'busy-shop': { customers: 50, orders: { per_customer: 9 } } },
}

const preview = {
  total_rows: 12_345,
  estimated_bytes: 2_000_000,
  tables: {
    users: {
      columns: [{ name: 'id', description: 'Key.' }],
      rows: [{ id: 'u-1' }, { id: null }],
      total_rows: 1_000,
    },
    order_details: {
      columns: [{ name: 'total', description: 'Sum.' }],
      rows: [{ total: 99 }],
      total_rows: 1,
    },
  },
}

const accepted = (): Response => Response.json(someJob(), { status: 202 })

async function show(
  routes: Parameters<typeof fakeServer>[0],
): Promise<{ seen: ReturnType<typeof fakeServer>; router: ReturnType<typeof renderPage> }> {
  const seen = fakeServer({
    'GET /api/spec': () => schema,
    'POST /api/spec/preview': () => preview,
    'GET /api/jobs': () => ({ items: [], next_cursor: null }),
    ...routes,
  })
  const router = renderPage(<NewDatasetPage />)
  await screen.findByLabelText('Customers')
  return { seen, router }
}

const set = (label: string, value: string): boolean =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } })
const press = (name: string | RegExp): boolean => fireEvent.click(screen.getByRole('button', { name }))
/** jsdom opens details without saying so. */
function open(group: string): void {
  const details = screen.getByRole('heading', { name: group }).closest('details')
  if (details === null) throw new Error(`${group} is no group`)
  details.open = true
  fireEvent(details, new Event('toggle'))
}
const asked = (seen: ReturnType<typeof fakeServer>): unknown[] =>
  sentTo(seen, 'POST', '/api/spec/preview').map(({ body }) => body)
const made = (seen: ReturnType<typeof fakeServer>): unknown => sentTo(seen, 'POST', '/api/jobs')[0]?.body
const usual = { name: 'dataset', customers: 1_000 }

describe('asking for a dataset', () => {
  afterEach(cleanup)

  it('sends the spec and goes to the job', async () => {
    const { seen, router } = await show({ 'POST /api/jobs': accepted })
    set('Name', 'Pine')
    set('Customers', '2,000')
    set('Primary keys', 'integer')
    press('Make dataset')
    await waitFor(() => expect(addressOf(router)).toBe(`/jobs/${someJob().id}`))
    expect(made(seen)).toEqual({ spec: { name: 'Pine', customers: 2_000, ids: 'integer' } })
  })

  it('says where it is to be stored where that is not everywhere, and shows it in the request', async () => {
    const { seen, router } = await show({ 'POST /api/jobs': accepted })
    expect(screen.getByRole('radio', { name: 'MySQL and files' })).toHaveProperty('checked', true)
    fireEvent.click(screen.getByRole('radio', { name: 'Files only' }))
    press(/Busy shop/)
    expect(screen.getByRole('radio', { name: 'Files only' })).toHaveProperty('checked', true)
    press('Make dataset')
    await waitFor(() => expect(addressOf(router)).toBe(`/jobs/${someJob().id}`))
    expect(made(seen)).toMatchObject({ spec: { customers: 50 }, targets: ['files', 'kafka'] })
  })

  it('repeats one wish under one key, and gives a changed wish another', async () => {
    const { seen } = await show({ 'POST /api/jobs': () => problem(503, 'Away for now.') })
    press('Make dataset')
    await screen.findByText(/Away for now/)
    press('Make dataset')
    await waitFor(() => expect(sentTo(seen, 'POST', '/api/jobs')).toHaveLength(2))
    await screen.findByText(/Away for now/)
    set('Customers', '7')
    press('Make dataset')
    await waitFor(() => expect(sentTo(seen, 'POST', '/api/jobs')).toHaveLength(3))
    const keys = sentTo(seen, 'POST', '/api/jobs').map(({ headers }) => headers.get('idempotency-key'))
    expect(keys[0]).toBe(keys[1])
    expect(keys[2]).not.toBe(keys[0])
    await screen.findByText(/Away for now/)
    fireEvent.click(screen.getByRole('radio', { name: 'Kafka only' }))
    press('Make dataset')
    await waitFor(() => expect(sentTo(seen, 'POST', '/api/jobs')).toHaveLength(4))
    expect(sentTo(seen, 'POST', '/api/jobs')[3]?.headers.get('idempotency-key')).not.toBe(keys[2])
  })

  it('asks nobody about what is wrong by the schema', async () => {
    const { seen } = await show({})
    set('Customers', '0')
    press('Make dataset')
    expect(screen.getByText('Enter a whole number from 1 to 1,000,000.')).toBeTruthy()
    expect(sentTo(seen, 'POST', '/api/jobs')).toEqual([])
  })

  it('opens with a preset, and says how much of a group is not as usual', async () => {
    const { seen } = await show({ 'POST /api/jobs': accepted })
    press(/Busy shop/)
    expect(screen.getByLabelText<HTMLInputElement>('Customers').value).toBe('50')
    expect(screen.getAllByText('1 changed')).toHaveLength(2)
    press('Make dataset')
    await waitFor(() => expect(made(seen)).toEqual({ spec: schema.presets['busy-shop'] }))
  })

  it('has an input for every setting, also for those that no group names', async () => {
    const { seen } = await show({ 'POST /api/jobs': accepted })
    for (const group of ['Orders', 'Customers', 'Time and season', 'Tax and shipping', 'More']) open(group)
    set('Orders per customer, slider', '4')
    set('Cancelled orders', '7')
    set('Germany (German)', '')
    set('Shown as of (UTC)', '2025-06-30T12:00')
    set('Demand by weekday: Tuesday', '9')
    press('Add one')
    set('Month of events 1', '12')
    fireEvent.click(screen.getByLabelText('Never free'))
    set('Novelty', '3')
    press('Make dataset')
    await waitFor(() =>
      expect(made(seen)).toEqual({
        spec: {
          ...usual,
          orders: { per_customer: 4, cancel_rate: 0.07 },
          locales: { en_US: 3 },
          as_of: '2025-06-30T12:00:00Z',
          season: { week: [1, 9, 3, 4, 5, 6, 7], events: [{ name: 'Name 1', month: 12 }] },
          shipping: { free_from: null },
          novelty: 3,
        },
      }),
    )
  })

  it('tells how long it takes, by the pace of an earlier job', async () => {
    const earlier = someJob({
      state: 'completed',
      rows_done: 50_000,
      started_at: '2026-01-02T03:04:00.000Z',
      finished_at: '2026-01-02T03:04:50.000Z',
    })
    await show({ 'GET /api/jobs': () => ({ items: [earlier], next_cursor: null }) })
    expect(await screen.findByText(/12 s to make/)).toBeTruthy()
  })

  it('puts what the server found wrong where it belongs, and opens the group', async () => {
    await show({
      'POST /api/jobs': () =>
        problem(422, 'Not valid.', [
          { field: 'body.spec.customers', message: 'More than you may have.' },
          { field: 'body.spec.orders.per_customer', message: 'Too many.' },
          { field: 'body.spec', message: 'No room left.' },
        ]),
    })
    press('Make dataset')
    expect(await screen.findByText('More than you may have.')).toBeTruthy()
    expect(screen.getByText('Too many.')).toBeTruthy()
    expect(screen.getByLabelText('Orders per customer').getAttribute('aria-invalid')).toBe('true')
    expect(screen.getByText('No room left.')).toBeTruthy()
  })

  it('says when the settings cannot be read', async () => {
    fakeServer({ 'GET /api/spec': () => problem(503, 'The generator is away for now.') })
    renderPage(<NewDatasetPage />)
    expect(await screen.findByText(/The generator is away/)).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Make dataset' })).toBeNull()
  })

  it('gives the same wish for other programs', async () => {
    await show({})
    set('Customers', '7')
    const shows = (tab: string, region: string): string | null => {
      fireEvent.mouseDown(screen.getByRole('tab', { name: tab }))
      return screen.getByRole('region', { name: region }).textContent
    }
    expect(shows('curl', 'curl command')).toContain('{"spec":{"name":"dataset","customers":7}}')
    expect(shows('cartload', 'cartload command')).toContain('--set customers=7')
    expect(shows('Python', 'Python program')).toContain('"customers": 7')
  })
})

describe('the preview', () => {
  afterEach(cleanup)

  it('shows the first rows of any table before anything is made', async () => {
    const { seen } = await show({})
    expect(await screen.findByText('12,345')).toBeTruthy()
    expect(screen.getByRole('cell', { name: '99' })).toBeTruthy()
    press(/^users/)
    expect(screen.getAllByRole('cell').map((cell) => cell.textContent)).toEqual(['u-1', 'NULL'])
    expect(sentTo(seen, 'POST', '/api/jobs')).toEqual([])
  })

  it('follows what is typed, once, after a pause', async () => {
    const { seen } = await show({})
    await screen.findByText('12,345')
    for (const text of ['2', '20', '200']) set('Customers', text)
    await waitFor(() => expect(asked(seen)).toHaveLength(2), { timeout: 3_000 })
    expect(asked(seen)[1]).toMatchObject({ spec: { customers: 200 } })
  })

  it('leaves a request that nobody waits for any more', async () => {
    const signals: AbortSignal[] = []
    fakeServer({ 'GET /api/spec': () => schema })
    const answered = fetch
    vi.stubGlobal('fetch', (request: Request) => {
      if (!request.url.endsWith('/preview')) return answered(request)
      signals.push(request.signal)
      return new Promise(() => undefined)
    })
    renderPage(<NewDatasetPage />)
    await screen.findByLabelText('Customers')
    await waitFor(() => expect(signals).toHaveLength(1))
    set('Customers', '5')
    await waitFor(() => expect(signals).toHaveLength(2), { timeout: 3_000 })
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
  })

  it('waits until what is typed can be read, and names what the server refuses', async () => {
    const { seen } = await show({
      'POST /api/spec/preview': ({ body }) =>
        JSON.stringify(body).includes('"refused"')
          ? problem(422, 'Not valid.', [{ field: 'spec.name', message: 'Not this one.' }])
          : preview,
    })
    await screen.findByText('12,345')
    set('Customers', '0')
    expect(screen.getByText('Correct the settings to see the rows.')).toBeTruthy()
    set('Customers', '1000')
    set('Name', 'refused')
    expect(await screen.findByText('Not this one.', {}, { timeout: 3_000 })).toBeTruthy()
    expect(screen.getByText('12,345')).toBeTruthy()
    expect(asked(seen)).toHaveLength(2)
  })

  it('is asked for again where too many are being made', async () => {
    let refusals = 1
    const { seen } = await show({
      'POST /api/spec/preview': () => {
        refusals -= 1
        return refusals >= 0 ? problem(429, 'Too many.') : preview
      },
    })
    expect(await screen.findByText('12,345', {}, { timeout: 4_000 })).toBeTruthy()
    expect(asked(seen)).toHaveLength(2)
  })
})
