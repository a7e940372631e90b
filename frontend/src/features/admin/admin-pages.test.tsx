// @vitest-environment jsdom

import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { clearSession, setSession } from '@/lib/session/store'
import { addressOf, renderRoutes } from '@/testing/page'
import { fakeServer, problem, sentTo } from '@/testing/server'

import {
  AdminLayout,
  AllJobsPage,
  DeadLetterPage,
  DeadLettersPage,
  LimitsPage,
  ServicesPage,
  UsersPage,
} from './pages'

const root = {
  id: 'u1',
  user_name: 'root',
  role: 'admin',
  created_at: '2026-01-02T03:04:05Z',
  disabled_at: null,
  sessions: 2,
} as const
const ada = { ...root, id: 'u2', user_name: 'ada', role: 'customer', sessions: 0 } as const
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
  size: 91264,
  whole_size: null,
  decided_by: null,
  decided_at: null,
} as const
const detail = {
  ...letter,
  key: 'd:0',
  headers: { ce_type: 'cartload.generate.v2' },
  json_value: { type: 'generate' },
  first_bytes: null,
}
const listing = (...items: unknown[]) => ({ items, next: null })

const open = (address: string) =>
  renderRoutes(
    [
      {
        path: '/admin',
        element: <AdminLayout />,
        children: [
          { path: 'users', element: <UsersPage /> },
          { path: 'services', element: <ServicesPage /> },
          { path: 'limits', element: <LimitsPage /> },
          { path: 'jobs', element: <AllJobsPage /> },
          { path: 'dead-letters', element: <DeadLettersPage /> },
          { path: 'dead-letters/:letterId', element: <DeadLetterPage /> },
        ],
      },
    ],
    address,
  )

beforeEach(() => setSession({ access_token: 'token', token_type: 'Bearer', expires_in: 900, user: root }))
afterEach(() => {
  cleanup()
  clearSession()
})

describe('users', () => {
  it('are listed with role, state and sessions, the own one marked', async () => {
    fakeServer({
      'GET /api/admin/users': () => listing({ ...ada, disabled_at: '2026-02-02T03:04:05Z' }, root),
    })
    open('/admin/users')
    const rows = (await screen.findAllByRole('row')).map((row) => row.textContent)
    expect(rows[1]).toMatch(/^adadisabled.*0Make adminEnable$/)
    expect(rows[2]).toMatch(/^rootyouadmin.*2Make customerDisable$/)
  })

  it('are asked for by what the name begins with, once nobody types, and the address says so', async () => {
    const seen = fakeServer({ 'GET /api/admin/users': () => listing() })
    const router = open('/admin/users?show=disabled')
    const field = screen.getByLabelText('Names that begin with')
    for (const value of ['a', 'ad', 'ada ']) fireEvent.change(field, { target: { value } })
    const none = await screen.findByText('No name here begins with “ada”.', {}, { timeout: 5_000 })
    expect(none).toBeTruthy()
    const asked = sentTo(seen, 'GET', '/api/admin/users').map(({ query }) => query.get('q'))
    expect(asked).toEqual([null, 'ada'])
    expect(seen.at(-1)?.query.get('disabled')).toBe('true')
    expect(addressOf(router)).toBe('/admin/users?show=disabled&q=ada')
  })

  it.each([
    ['Make admin: ada', 'Make admin', ada, { role: 'admin' }, 'ada is an administrator.'],
    ['Make customer: root', 'Make customer', root, { role: 'customer' }, 'root is a customer.'],
    ['Disable: ada', 'Disable', ada, { disabled: true }, 'ada is disabled.'],
    [
      'Enable: ada',
      'Enable',
      { ...ada, disabled_at: '2026-02-02T03:04:05Z' },
      { disabled: false },
      'ada is enabled.',
    ],
  ])('are changed after a question: %s', async (button, action, user, body, done) => {
    const seen = fakeServer({
      'GET /api/admin/users': () => listing(user),
      'PATCH /api/admin/users/*': () => user,
    })
    open('/admin/users')
    fireEvent.click(await screen.findByRole('button', { name: button }))
    const path = `/api/admin/users/${user.id}`
    expect(sentTo(seen, 'PATCH', path)).toEqual([])
    fireEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: action }))
    expect(await screen.findByText(done)).toBeTruthy()
    expect(sentTo(seen, 'PATCH', path).map((one) => one.body)).toEqual([body])
    await waitFor(() => expect(sentTo(seen, 'GET', '/api/admin/users')).toHaveLength(2))
  })

  it('are not changed against a rule, which is said in the question', async () => {
    fakeServer({
      'GET /api/admin/users': () => listing(root),
      'PATCH /api/admin/users/*': () => problem(409, 'This is the last administrator.'),
    })
    open('/admin/users')
    fireEvent.click(await screen.findByRole('button', { name: 'Disable: root' }))
    const dialog = within(screen.getByRole('dialog'))
    fireEvent.click(dialog.getByRole('button', { name: 'Disable' }))
    expect(await dialog.findByText('This is the last administrator.')).toBeTruthy()
  })
})

const job = {
  id: 'aaaaaaaa-0000-4000-8000-000000000001',
  owner_id: ada.id,
  dataset_id: 'd1',
  kind: 'create',
  state: 'running',
  phase: 'generating',
  version: 1,
  rows_total: 2000,
  rows_done: 500,
  chunks_total: 2,
  chunks_done: 1,
  tables: {},
  rows_per_second: null,
  seconds_left: null,
  stage_seconds: { generating: 0, storing: 0, indexing: 0, checking: 0 },
  created_at: '2026-01-02T03:04:05Z',
  started_at: null,
  finished_at: null,
  error: null,
  waiting_for: null,
}

describe('jobs of all users', () => {
  it('are listed with their owners, of whom some are gone', async () => {
    fakeServer({
      'GET /api/admin/jobs': () =>
        listing(job, { ...job, id: 'bbbbbbbb-1', owner_id: 'gone', state: 'completed', phase: null }),
      'GET /api/admin/users/u2': () => ada,
    })
    open('/admin/jobs')
    expect(await screen.findByText('ada')).toBeTruthy()
    expect(await screen.findByText('deleted account')).toBeTruthy()
    expect(screen.getAllByRole('button', { name: /^Cancel the job/ })).toHaveLength(1)
  })

  it('are found by state', async () => {
    const seen = fakeServer({ 'GET /api/admin/jobs': () => listing() })
    open('/admin/jobs?state=failed')
    expect(await screen.findByText('No failed jobs')).toBeTruthy()
    expect(seen[0]?.query.get('state')).toBe('failed')
  })

  it('are cancelled after a question, or it is said why not', async () => {
    let answered: unknown = problem(409, 'A job that is running, indexing cannot be cancelled.')
    const path = `/api/admin/jobs/${job.id}/cancel`
    const seen = fakeServer({
      'GET /api/admin/jobs': () => listing(job),
      'GET /api/admin/users/u2': () => ada,
      [`POST ${path}`]: () => answered,
    })
    open('/admin/jobs')
    fireEvent.click(await screen.findByRole('button', { name: /^Cancel the job/ }))
    expect(sentTo(seen, 'POST', path)).toEqual([])
    const dialog = within(screen.getByRole('dialog'))
    fireEvent.click(dialog.getByRole('button', { name: 'Cancel the job' }))
    expect(await dialog.findByText(/cannot be cancelled/)).toBeTruthy()
    answered = { ...job, state: 'cancelling' }
    fireEvent.click(dialog.getByRole('button', { name: 'Cancel the job' }))
    expect(await screen.findByText('The job is being cancelled.')).toBeTruthy()
  })
})

describe('limits', () => {
  const stored = {
    setting: 'CARTLOAD_USER_STORED_BYTES',
    description: 'Most bytes of files of one user.',
    maximum: 100 * 1024 ** 3,
    used: 90 * 1024 ** 3,
  }
  const rate = {
    setting: 'CARTLOAD_USER_REQUESTS_PER_MINUTE',
    description: 'Requests a minute for one user.',
    maximum: 1_200,
    used: 600,
  }
  const uncounted = { ...rate, setting: 'CARTLOAD_CONNECTIONS', description: 'Connections.', used: null }

  it('are shown by what they are about, with what is used and what sets them', async () => {
    fakeServer({
      'GET /api/admin/limits': () => ({
        items: [
          { name: 'gateway', items: [rate, uncounted], reason: null },
          { name: 'generator', items: [stored], reason: null },
        ],
      }),
    })
    open('/admin/limits')
    const gateway = within(await screen.findByRole('table', { name: 'Limits of the gateway' }))
    expect(screen.getByRole('heading', { name: 'Requests and connections' })).toBeTruthy()
    expect(gateway.getAllByRole('row').map((row) => row.textContent)).toEqual([
      'LimitAt mostUsed now',
      'Requests a minute for one user.CARTLOAD_USER_REQUESTS_PER_MINUTE1,200600',
      'Connections.CARTLOAD_CONNECTIONS1,200not counted',
    ])
    const generator = within(screen.getByRole('table', { name: 'Limits of the generator' }))
    expect(generator.getByText('100 GiB')).toBeTruthy()
    expect(generator.getByText('nearly used up')).toBeTruthy()
    expect(gateway.queryByText('nearly used up')).toBeNull()
    expect(
      generator.getByRole('progressbar', { name: 'Used: Most bytes of files of one user.' }),
    ).toHaveProperty('value', stored.used)
  })

  it('of a service that is away are missing, with the reason', async () => {
    fakeServer({
      'GET /api/admin/limits': () => ({ items: [{ name: 'writer', items: [], reason: 'It is away.' }] }),
    })
    open('/admin/limits')
    expect(await screen.findByText('The writer does not tell its limits now. It is away.')).toBeTruthy()
    expect(screen.queryByRole('table')).toBeNull()
  })

  it('say why they cannot be read', async () => {
    fakeServer({ 'GET /api/admin/limits': () => problem(503, 'No limits for now.') })
    open('/admin/limits')
    expect((await screen.findByRole('alert')).textContent).toContain('No limits for now.')
  })
})

describe('services', () => {
  it('are listed with what they lack', async () => {
    fakeServer({
      'GET /api/admin/health': () => ({
        items: [
          { name: 'auth', ready: true, failed: {} },
          { name: 'writer', ready: false, failed: { blob: 'no answer within 2 s' } },
        ],
      }),
    })
    open('/admin/services')
    const rows = (await screen.findAllByRole('row')).map((row) => row.textContent)
    expect(rows.slice(1)).toEqual(['Authready–', 'Writernot readyblob: no answer within 2 s'])
  })
})

describe('dead letters', () => {
  it('are listed by state, each a link to its page', async () => {
    const seen = fakeServer({
      'GET /api/admin/dead-letters': ({ query }) =>
        query.get('state') === 'redriven' ? listing() : listing(letter),
      'GET /api/admin/dead-letters/*': () => detail,
    })
    const router = open('/admin/dead-letters')
    fireEvent.click(await screen.findByRole('link', { name: new RegExp(letter.id) }))
    expect(await screen.findByText('cartload.generate.v2')).toBeTruthy()
    expect(addressOf(router)).toBe(`/admin/dead-letters/${letter.id}`)
    await router.navigate('/admin/dead-letters?state=redriven')
    expect(await screen.findByText('No redriven dead letters')).toBeTruthy()
    expect(seen.at(-1)?.query.get('state')).toBe('redriven')
  })

  it.each([
    ['Put back', 'redrive', 'The letter is put back.', 'redriven'],
    ['Discard', 'discard', 'The letter is discarded.', 'discarded'],
  ])('are decided about after a question: %s', async (button, decision, done, state) => {
    let shown: object = detail
    const path = `/api/admin/dead-letters/${letter.id}`
    const seen = fakeServer({
      [`GET ${path}`]: () => shown,
      [`POST ${path}/${decision}`]: () => (shown = { ...detail, state, decided_at: letter.failed_at }),
    })
    open(`/admin/dead-letters/${letter.id}`)
    fireEvent.click(await screen.findByRole('button', { name: button }))
    expect(sentTo(seen, 'POST', `${path}/${decision}`)).toEqual([])
    fireEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: button }))
    expect(await screen.findByText(done)).toBeTruthy()
    expect(await screen.findByText(state)).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Put back' })).toBeNull()
  })

  it('say why one cannot be put back', async () => {
    const path = `/api/admin/dead-letters/${letter.id}`
    fakeServer({
      [`GET ${path}`]: () => detail,
      [`POST ${path}/redrive`]: () => problem(409, 'Its value was cut.'),
    })
    open(`/admin/dead-letters/${letter.id}`)
    fireEvent.click(await screen.findByRole('button', { name: 'Put back' }))
    fireEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Put back' }))
    expect(await screen.findByText('Its value was cut.')).toBeTruthy()
  })

  it('of which Kafka keeps no more are said to be gone', async () => {
    fakeServer({})
    open('/admin/dead-letters/1-2-3')
    expect(await screen.findByText('There is no such dead letter')).toBeTruthy()
  })
})
