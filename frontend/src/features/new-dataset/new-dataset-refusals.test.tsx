// @vitest-environment jsdom

import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { clearSession, setSession, useSession } from '@/lib/session/store'
import { someJob } from '@/testing/jobs'
import { addressOf, renderPage } from '@/testing/page'
import { fakeServer, problem, sentTo, type Sent } from '@/testing/server'

import { NewDatasetPage } from './new-dataset-page'

const schema = {
  properties: {
    name: { type: 'string', default: 'dataset', maxLength: 20 },
    customers: { type: 'integer', default: 1_000, minimum: 1, maximum: 1_000_000 },
    season: {
      properties: {
        events: {
          type: 'array',
          maxItems: 2,
          default: [{ name: 'Sale' }],
          items: { properties: { name: { type: 'string' } } },
        },
      },
    },
  },
  presets: { tiny: { customers: 5 } },
}
const rows = (total_rows: number): unknown => ({ total_rows, estimated_bytes: 2_000, tables: {} })

async function show(
  routes: Parameters<typeof fakeServer>[0],
): Promise<{ seen: Sent[]; address: () => string }> {
  const seen = fakeServer({
    'GET /api/spec': () => schema,
    'POST /api/spec/preview': () => rows(12_345),
    'GET /api/jobs': () => ({ items: [], next: null }),
    ...routes,
  })
  const router = renderPage(<NewDatasetPage />)
  await screen.findByLabelText('Customers')
  return { seen, address: () => addressOf(router) }
}

const set = (label: string, value: string): boolean =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } })
const press = (name: string | RegExp): boolean => fireEvent.click(screen.getByRole('button', { name }))

beforeEach(() => clearSession())
afterEach(() => {
  cleanup()
  clearSession()
})

describe('a dataset that the server refuses', () => {
  it.each([
    [() => problem(403, 'You may not make datasets.'), 'You may not make datasets.'],
    [() => problem(409, 'You have three unfinished jobs.'), 'You have three unfinished jobs.'],
    [() => problem(422, 'Too many rows in all.'), 'Too many rows in all.'],
    [
      () => Response.json({ title: 'Slow down' }, { status: 429, headers: { 'retry-after': '30' } }),
      'Too many requests. Try again in 30 s.',
    ],
    [() => Promise.reject(new TypeError('Failed to fetch')), /^Cartload cannot be reached/],
  ])('is not left for another page, and what was set stays (%#)', async (answer, words) => {
    const { address } = await show({ 'POST /api/jobs': answer })
    set('Name', 'Pine')
    press('Make dataset')
    expect(await screen.findByText(words)).toBeTruthy()
    expect(address()).toBe('/')
    expect(screen.getByLabelText<HTMLInputElement>('Name').value).toBe('Pine')
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Make dataset' }).disabled).toBe(false)
    expect(await screen.findByText('Nothing is stored yet.')).toBeTruthy()
  })

  it('becomes another wish, under another key, with a preset', async () => {
    const { seen } = await show({ 'POST /api/jobs': () => problem(409, 'Not now.') })
    const keys = (): (string | null)[] =>
      sentTo(seen, 'POST', '/api/jobs').map(({ headers }) => headers.get('idempotency-key'))
    press('Make dataset')
    await screen.findByText('Not now.')
    press(/^Tiny/)
    expect(screen.queryByText('Not now.')).toBeNull()
    press('Make dataset')
    await waitFor(() => expect(keys()).toHaveLength(2))
    expect(new Set(keys()).size).toBe(2)
  })

  it('opens the closed group whose setting is wrong, and forgets that once it is changed', async () => {
    await show({
      'POST /api/jobs': () =>
        problem(422, 'Not valid.', [{ field: 'spec.season.events.0.name', message: 'Twice.' }]),
    })
    expect(screen.queryByRole('button', { name: 'Add one' })).toBeNull()
    press('Make dataset')
    expect(await screen.findByText('Twice.')).toBeTruthy()
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Name of events 1')))
    expect(screen.getByText('Not valid yet')).toBeTruthy()
    press('Add one')
    expect(screen.queryByText('Twice.')).toBeNull()
    expect(screen.queryByText('Not valid yet')).toBeNull()
  })

  it('is asked for once while the answer is on its way', async () => {
    const { seen } = await show({ 'POST /api/jobs': () => new Promise(() => undefined) })
    press('Make dataset')
    const button = screen.getByRole<HTMLButtonElement>('button', { name: 'Make dataset' })
    await waitFor(() => expect(button.disabled).toBe(true))
    press('Make dataset')
    await waitFor(() => expect(sentTo(seen, 'POST', '/api/jobs')).toHaveLength(1))
  })
})

describe('what is wrong in the form', () => {
  it('takes the focus when the dataset is asked for', async () => {
    const { seen } = await show({})
    set('Name', 'n'.repeat(21))
    set('Customers', 'some')
    press('Make dataset')
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Name')))
    set('Name', 'Pine')
    press('Make dataset')
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Customers')))
    expect(sentTo(seen, 'POST', '/api/jobs')).toEqual([])
  })

  it('is gone with a preset', async () => {
    await show({})
    set('Customers', 'some')
    press(/^Tiny/)
    expect(screen.getByLabelText<HTMLInputElement>('Customers').value).toBe('5')
    expect(screen.getByLabelText('Customers').getAttribute('aria-invalid')).toBeNull()
  })
})

describe('a session that ends while the form is filled in', () => {
  const session = {
    access_token: 'old',
    token_type: 'Bearer' as const,
    expires_in: 900,
    user: { id: 'u1', user_name: 'ada', role: 'customer' as const },
  }
  const needs =
    (token: string) =>
    ({ headers }: Sent): Response =>
      headers.get('authorization') === `Bearer ${token}`
        ? Response.json(someJob(), { status: 202 })
        : problem(401, 'The token has ended.')

  it('is renewed, and the same wish is sent again with the new token', async () => {
    setSession(session)
    const { seen, address } = await show({
      'POST /api/jobs': needs('new'),
      'POST /api/auth/refresh': () => ({ ...session, access_token: 'new' }),
    })
    set('Customers', '7')
    press('Make dataset')
    await waitFor(() => expect(address()).toBe(`/jobs/${someJob().id}`))
    const [first, second] = sentTo(seen, 'POST', '/api/jobs')
    expect(second?.body).toEqual({ spec: { name: 'dataset', customers: 7 } })
    expect(second?.headers.get('idempotency-key')).toBe(first?.headers.get('idempotency-key'))
  })

  it('is over where it cannot be renewed', async () => {
    setSession(session)
    const { address } = await show({
      'POST /api/jobs': needs('new'),
      'POST /api/auth/refresh': () => problem(401, 'Sign in again.'),
    })
    press('Make dataset')
    await waitFor(() => expect(useSession.getState().status).toBe('anonymous'))
    expect(await screen.findByText('The token has ended.')).toBeTruthy()
    expect(address()).toBe('/')
  })
})

describe('a preview', () => {
  it('that the server refuses for good is not asked for again', async () => {
    const { seen } = await show({ 'POST /api/spec/preview': () => problem(422, 'Far too many rows.') })
    expect(await screen.findByText('Far too many rows.')).toBeTruthy()
    expect(screen.getByText('No rows yet.')).toBeTruthy()
    expect(screen.getByText('Correct the settings to see the rows.')).toBeTruthy()
    expect(sentTo(seen, 'POST', '/api/spec/preview')).toHaveLength(1)
  })

  it.each([
    [
      () => Response.json({ title: 'Slow down' }, { status: 429, headers: { 'retry-after': '0' } }),
      'Too many requests. Try again in 0 s.',
    ],
    [
      () =>
        Response.json({ title: 'The generator is away.' }, { status: 503, headers: { 'retry-after': '0' } }),
      'The generator is away.',
    ],
    [() => Promise.reject(new TypeError('Failed to fetch')), /^Cartload cannot be reached/],
  ])('that cannot be made for now blames no setting, and is asked for again (%#)', async (answer, words) => {
    let away = true
    await show({ 'POST /api/spec/preview': () => (away ? answer() : rows(333)) })
    expect(await screen.findByText(words)).toBeTruthy()
    expect(screen.queryByText('Correct the settings to see the rows.')).toBeNull()
    expect(screen.getByText('The rows cannot be made for now.')).toBeTruthy()
    away = false
    press('Try again')
    expect(await screen.findByText('333')).toBeTruthy()
    expect(screen.queryByText(words)).toBeNull()
  })

  it('that comes late does not replace that of a newer wish', async () => {
    const answers: ((response: Response) => void)[] = []
    await show({
      'POST /api/spec/preview': () => new Promise<Response>((resolve) => void answers.push(resolve)),
    })
    await waitFor(() => expect(answers).toHaveLength(1))
    set('Customers', '7')
    await waitFor(() => expect(answers).toHaveLength(2), { timeout: 3_000 })
    answers[1]?.(Response.json(rows(222)))
    expect(await screen.findByText('222')).toBeTruthy()
    answers[0]?.(Response.json(rows(111)))
    await vi.waitFor(() => expect(screen.getByText('Nothing is stored yet.')).toBeTruthy())
    expect(screen.queryByText('111')).toBeNull()
  })
})
