// @vitest-environment jsdom

import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'

import { someJob } from '@/testing/jobs'
import { addressOf, renderPage } from '@/testing/page'
import { fakeServer, problem, sentTo } from '@/testing/server'

import { NewDatasetPage } from './new-dataset-page'

const schema = {
  $defs: { Orders: { type: 'object', properties: {} } },
  properties: {
    name: { type: 'string', title: 'Name', default: 'dataset', maxLength: 20 },
    customers: { type: 'integer', title: 'Customers', default: 1000, minimum: 1, maximum: 1_000_000 },
    ids: { enum: ['uuid', 'integer'], type: 'string', title: 'Ids', default: 'uuid' },
    orders: { $ref: '#/$defs/Orders' },
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
  const seen = fakeServer({ 'GET /api/spec': () => schema, ...routes })
  const router = renderPage(<NewDatasetPage />)
  await screen.findByLabelText('Customers')
  return { seen, router }
}

const set = (label: string, value: string): boolean =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } })
const press = (name: string): boolean => fireEvent.click(screen.getByRole('button', { name }))

describe('asking for a dataset', () => {
  afterEach(cleanup)

  it('sends the spec and goes to the job', async () => {
    const { seen, router } = await show({ 'POST /api/jobs': accepted })
    set('Name', 'Pine')
    set('Customers', '2,000')
    set('Ids', 'integer')
    press('Make dataset')
    await waitFor(() => expect(addressOf(router)).toBe(`/jobs/${someJob().id}`))
    expect(sentTo(seen, 'POST', '/api/jobs')[0]?.body).toEqual({
      spec: { name: 'Pine', customers: 2_000, ids: 'integer' },
    })
  })

  it('repeats one wish under one key, and gives a changed wish another', async () => {
    const { seen } = await show({ 'POST /api/jobs': () => problem(503, 'Away for now.') })
    press('Make dataset')
    await screen.findByText(/Away for now/)
    press('Make dataset')
    await waitFor(() => expect(sentTo(seen, 'POST', '/api/jobs')).toHaveLength(2))
    set('Customers', '7')
    press('Make dataset')
    await waitFor(() => expect(sentTo(seen, 'POST', '/api/jobs')).toHaveLength(3))
    const keys = sentTo(seen, 'POST', '/api/jobs').map(({ headers }) => headers.get('idempotency-key'))
    expect(keys[0]).toBe(keys[1])
    expect(keys[2]).not.toBe(keys[0])
  })

  it('asks nobody about what is wrong by the schema', async () => {
    const { seen } = await show({})
    set('Customers', '0')
    press('Make dataset')
    expect(screen.getByText('Enter a whole number from 1 to 1,000,000.')).toBeTruthy()
    expect(sentTo(seen, 'POST', '/api/jobs')).toEqual([])
  })

  it('opens with a preset, the rest of it as JSON', async () => {
    await show({})
    set('Preset', 'busy-shop')
    expect(screen.getByLabelText<HTMLInputElement>('Customers').value).toBe('50')
    const rest = screen.getByLabelText<HTMLTextAreaElement>('As JSON').value
    expect(JSON.parse(rest)).toEqual({ orders: { per_customer: 9 } })
    set('Preset', '')
    expect(screen.getByLabelText<HTMLInputElement>('Customers').value).toBe('1000')
  })

  it('puts what the server found wrong where it belongs', async () => {
    await show({
      'POST /api/jobs': () =>
        problem(422, 'Not valid.', [
          { field: 'body.spec.customers', message: 'More than you may have.' },
          { field: 'body.spec.orders.items', message: 'Too large.' },
          { field: 'body.spec', message: 'No room left.' },
        ]),
    })
    press('Make dataset')
    expect(await screen.findByText('More than you may have.')).toBeTruthy()
    expect(screen.getByText('orders.items: Too large.')).toBeTruthy()
    expect(screen.getByText('No room left.')).toBeTruthy()
    expect(screen.getByLabelText('Customers').getAttribute('aria-invalid')).toBe('true')
  })

  it('refuses settings that are no JSON object', async () => {
    const { seen } = await show({})
    set('As JSON', '{"orders": ')
    press('Make dataset')
    expect(screen.getByText('This is not a JSON object.')).toBeTruthy()
    expect(sentTo(seen, 'POST', '/api/jobs')).toEqual([])
  })

  it('shows the first rows of any table before anything is made', async () => {
    const { seen } = await show({ 'POST /api/spec/preview': () => preview })
    expect(screen.getByText('See it first')).toBeTruthy()
    press('Preview')
    expect(await screen.findByText('12,345')).toBeTruthy()
    expect(screen.getByRole('cell', { name: '99' })).toBeTruthy()
    set('Table', 'users')
    expect(screen.getAllByRole('cell').map((cell) => cell.textContent)).toEqual(['u-1', '–'])
    expect(sentTo(seen, 'POST', '/api/jobs')).toEqual([])
  })

  it('says when the settings cannot be read', async () => {
    fakeServer({ 'GET /api/spec': () => problem(503, 'The generator is away for now.') })
    renderPage(<NewDatasetPage />)
    expect(await screen.findByText(/The generator is away/)).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Make dataset' })).toBeNull()
  })
})
