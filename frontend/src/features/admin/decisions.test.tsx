// @vitest-environment jsdom

import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { clearSession, setSession } from '@/lib/session/store'
import { someJob } from '@/testing/jobs'
import { addressOf, renderRoutes } from '@/testing/page'
import { fakeServer, problem, sentTo } from '@/testing/server'

import { AllJobsPage, DeadLetterPage, DeadLettersPage, ServicesPage, UsersPage } from './pages'

const ada = {
  id: 'u2',
  user_name: 'ada',
  role: 'customer',
  created_at: '2026-01-02T03:04:05Z',
  disabled_at: null,
  sessions: 0,
} as const
const letter = {
  id: '3-41-1767605400123',
  state: 'open',
  reason: 'row hash announced, another found',
  topic: 'cartload.chunks',
  partition: 5,
  offset: 1807,
  attempts: 1,
  sent_at: '2026-01-05T09:29:59Z',
  failed_at: '2026-01-05T09:30:00Z',
  size: 2048,
  whole_size: null,
  decided_by: null,
  decided_at: null,
} as const
const content = { key: 'd:0', headers: {}, json_value: { type: 'generate' }, first_bytes: null }
const page = (items: unknown[], next: string | null = null) => ({ items, next })
const forbidden = () => problem(403, 'For administrators only.')

const open = (address: string) =>
  renderRoutes(
    [
      { path: '/users', element: <UsersPage /> },
      { path: '/services', element: <ServicesPage /> },
      { path: '/jobs', element: <AllJobsPage /> },
      { path: '/dead-letters', element: <DeadLettersPage /> },
      { path: '/dead-letters/:letterId', element: <DeadLetterPage /> },
    ],
    address,
  )
const dialog = () => within(screen.getByRole('dialog'))
const pressEscape = () =>
  fireEvent(screen.getByRole('dialog'), new Event('cancel', { bubbles: true, cancelable: true }))

beforeEach(() =>
  setSession({
    access_token: 'token',
    token_type: 'Bearer',
    expires_in: 900,
    user: { id: 'u1', user_name: 'root', role: 'admin' },
  }),
)
afterEach(() => {
  cleanup()
  clearSession()
})

describe('every list of the administration', () => {
  it.each([
    ['/users', 'users', page([ada]), 'ada'],
    ['/jobs', 'jobs', page([{ ...someJob(), owner_id: 'u2' }]), 'New dataset'],
    ['/dead-letters', 'dead-letters', page([letter]), letter.reason],
    ['/services', 'health', { items: [{ name: 'auth', ready: true, failed: {} }] }, 'Auth'],
  ])('%s says why it cannot be read, and is read when asked again', async (address, path, items, shown) => {
    let refused = true
    fakeServer({ [`GET /api/admin/${path}`]: () => (refused ? forbidden() : items) })
    open(address)
    expect((await screen.findByRole('alert')).textContent).toContain('For administrators only.')
    expect(screen.queryByRole('table')).toBeNull()
    refused = false
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
    expect(await screen.findByText(shown)).toBeTruthy()
    expect(screen.queryByRole('alert')).toBeNull()
  })

  it.each([
    ['/users?show=admins', 'users', (n: number) => ({ ...ada, id: `u${n}`, user_name: `ada-${n}` })],
    ['/jobs?state=paused', 'jobs', (n: number) => ({ ...someJob({ id: `ada-${n}` }), owner_id: 'u2' })],
    [
      '/dead-letters?state=open',
      'dead-letters',
      (n: number) => ({ ...letter, id: `l${n}`, reason: `ada-${n}` }),
    ],
  ])('%s is gone on with by its cursor, asked in the same way', async (address, path, item) => {
    const seen = fakeServer({
      [`GET /api/admin/${path}`]: ({ query }) =>
        query.get('cursor') === 'c2' ? page([item(2)]) : page([item(1)], 'c2'),
    })
    open(address)
    fireEvent.click(await screen.findByRole('button', { name: 'Show more' }))
    expect(await screen.findByText('ada-2')).toBeTruthy()
    expect(screen.getByText('ada-1')).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull()
    const asked = sentTo(seen, 'GET', `/api/admin/${path}`).map(({ query }) => new URLSearchParams(query))
    const [first, second] = asked
    expect(second?.get('cursor')).toBe('c2')
    second?.delete('cursor')
    expect(second?.toString()).toBe(first?.toString())
  })
})

describe('users', () => {
  it('are narrowed to administrators, of whom there may be none', async () => {
    const seen = fakeServer({
      'GET /api/admin/users': ({ query }) => page(query.get('role') === 'admin' ? [] : [ada]),
    })
    const router = open('/users?show=nonsense')
    expect(await screen.findByText('ada')).toBeTruthy()
    fireEvent.change(screen.getByLabelText('Which users'), { target: { value: 'admins' } })
    expect(await screen.findByText('Nobody is in this state.')).toBeTruthy()
    expect(addressOf(router)).toBe('/users?show=admins')
    expect(seen.map(({ query }) => query.get('role'))).toEqual([null, 'admin'])
    expect(seen.every(({ query }) => !query.has('disabled') && !query.has('q'))).toBe(true)
  })

  it.each([
    ['Escape', pressEscape],
    ['the button', () => fireEvent.click(dialog().getByRole('button', { name: 'Leave it as it is' }))],
  ])('stay as they are when the question is left by %s', async (_, leave) => {
    const seen = fakeServer({ 'GET /api/admin/users': () => page([ada]) })
    open('/users')
    fireEvent.click(await screen.findByRole('button', { name: 'Disable: ada' }))
    expect(screen.getByRole('dialog', { name: 'Disable ada?' })).toBeTruthy()
    leave()
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(seen.map(({ method }) => method)).toEqual(['GET'])
  })

  it('are changed once, however often the button is pressed', async () => {
    let answer: (value: unknown) => void = () => undefined
    const seen = fakeServer({
      'GET /api/admin/users': () => page([ada]),
      'PATCH /api/admin/users/*': () => new Promise((resolve) => (answer = resolve)),
    })
    open('/users')
    fireEvent.click(await screen.findByRole('button', { name: 'Disable: ada' }))
    fireEvent.click(dialog().getByRole('button', { name: 'Disable' }))
    const busy = await dialog().findByRole('button', { name: 'Disable', busy: true })
    fireEvent.click(busy)
    await waitFor(() => expect(sentTo(seen, 'PATCH', '/api/admin/users/u2')).toHaveLength(1))
    answer(ada)
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(sentTo(seen, 'PATCH', '/api/admin/users/u2')).toHaveLength(1)
  })

  it('are asked about anew after a refusal, without the old reason', async () => {
    fakeServer({ 'GET /api/admin/users': () => page([ada]), 'PATCH /api/admin/users/*': forbidden })
    open('/users')
    fireEvent.click(await screen.findByRole('button', { name: 'Make admin: ada' }))
    fireEvent.click(dialog().getByRole('button', { name: 'Make admin' }))
    expect(await dialog().findByText('For administrators only.')).toBeTruthy()
    pressEscape()
    fireEvent.click(screen.getByRole('button', { name: 'Make admin: ada' }))
    await waitFor(() => expect(dialog().queryByText('For administrators only.')).toBeNull())
  })
})

describe('jobs of all users', () => {
  const show = async (changes: Parameters<typeof someJob>[0]) => {
    fakeServer({
      'GET /api/admin/jobs': () => page([{ ...someJob(changes), owner_id: '0123456789' }]),
      'GET /api/admin/users/*': () => problem(503, 'Accounts are away for now.'),
    })
    open('/jobs')
    await screen.findByRole('table')
  }

  it('have an owner by id where the name cannot be read, who is not said to be gone', async () => {
    await show({})
    expect(await screen.findByText('01234567')).toBeTruthy()
    expect(screen.queryByText('deleted account')).toBeNull()
  })

  it.each([
    ['create', 'What is stored stays'],
    ['append', 'What it has appended is removed.'],
  ] as const)('say what becomes of the rows of one to %s', async (kind, meaning) => {
    await show({ kind })
    fireEvent.click(screen.getByRole('button', { name: /^Cancel the job/ }))
    expect(screen.getByRole('dialog', { name: 'Cancel this job?' }).textContent).toContain(meaning)
  })

  it.each([
    ['queued', null, 1],
    ['paused', null, 1],
    ['running', 'generating', 1],
    ['running', 'checking', 0],
    ['cancelling', null, 0],
    ['failed', null, 0],
  ] as const)('that are %s, %s can be cancelled by %i button', async (state, phase, buttons) => {
    await show({ state, phase })
    expect(screen.queryAllByRole('button', { name: /^Cancel the job/ })).toHaveLength(buttons)
  })
})

describe('dead letters', () => {
  const show = async (changes: object) => {
    fakeServer({ 'GET /api/admin/dead-letters/*': () => ({ ...letter, ...content, ...changes }) })
    open(`/dead-letters/${letter.id}`)
    await screen.findByText('Message')
  }
  const fact = (name: string) => screen.getByText(name).nextElementSibling?.textContent

  it('go on being looked for where a page of them holds none', async () => {
    fakeServer({
      'GET /api/admin/dead-letters': ({ query }) => (query.has('cursor') ? page([letter]) : page([], 'c2')),
    })
    open('/dead-letters')
    fireEvent.click(await screen.findByRole('button', { name: 'Show more' }))
    expect(await screen.findByText(letter.reason)).toBeTruthy()
  })

  it('of which little is known say so', async () => {
    await show({ topic: null, partition: null, reason: null, attempts: null, key: null })
    expect(screen.getByRole('heading', { name: /^From no known topic/ })).toBeTruthy()
    expect(screen.getByText('No reason is given.')).toBeTruthy()
    expect([fact('Partition / offset'), fact('Attempts'), fact('key')]).toEqual(['–', '–', '–'])
  })

  it('show a value that is no JSON by its first bytes, and how much of it was kept', async () => {
    await show({ json_value: null, first_bytes: 'AAEC/w==', whole_size: 5_242_880 })
    expect(screen.getByRole('region', { name: 'First bytes' }).textContent).toBe('AAEC/w==')
    expect(screen.queryByRole('region', { name: 'Value' })).toBeNull()
    expect(fact('Size')).toBe('2 KiB kept of 5 MiB')
  })

  it('show the value as it was sent, and from where', async () => {
    await show({})
    const value = screen.getByRole('region', { name: 'Value' }).textContent
    expect(JSON.parse(value)).toEqual(content.json_value)
    expect([fact('Partition / offset'), fact('Size')]).toEqual(['5 / 1807', '2 KiB'])
    expect(screen.queryByText('Decided by')).toBeNull()
  })

  it.each(['redriven', 'discarded'])('once %s say who did it and cannot be decided again', async (state) => {
    await show({ state, decided_by: 'root', decided_at: letter.failed_at })
    expect(fact('Decided by')).toBe('root')
    expect(screen.queryByRole('button', { name: /Put back|Discard/ })).toBeNull()
  })

  it('are left as they are by Escape, and can then be discarded', async () => {
    const path = `/api/admin/dead-letters/${letter.id}`
    const seen = fakeServer({
      [`GET ${path}`]: () => ({ ...letter, ...content }),
      [`POST ${path}/discard`]: () => problem(503, 'Kafka is away for now.'),
    })
    open(`/dead-letters/${letter.id}`)
    fireEvent.click(await screen.findByRole('button', { name: 'Put back' }))
    pressEscape()
    expect(screen.queryByRole('dialog')).toBeNull()
    fireEvent.click(screen.getByRole('button', { name: 'Discard' }))
    fireEvent.click(dialog().getByRole('button', { name: 'Discard' }))
    expect((await dialog().findByRole('alert')).textContent).toBe('Kafka is away for now.')
    expect(seen.filter(({ method }) => method === 'POST').map((one) => one.path)).toEqual([`${path}/discard`])
  })
})
