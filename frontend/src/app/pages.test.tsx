// @vitest-environment jsdom

import { act, cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import type { ReactElement } from 'react'
import { matchRoutes } from 'react-router'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { clearSession, setSession } from '@/lib/session/store'
import { someDataset, someTable } from '@/testing/datasets'
import { addressOf, renderRoutes } from '@/testing/page'
import { fakeServer, problem } from '@/testing/server'

import { AdminOnly } from './admin-only'
import { CrashPage } from './crash-page'
import { router } from './router'
import { SignedIn } from './signed-in'
import { TableRoute } from './table-route'

const session = {
  access_token: 'token',
  token_type: 'Bearer' as const,
  expires_in: 900,
  user: { id: 'u1', user_name: 'ada', role: 'customer' as const },
}

/** Live connections that were opened and are not closed yet. */
const open = new Set<object>()

class FakeWebSocket {
  constructor() {
    open.add(this)
  }
  send(): void {
    throw new Error('Nothing accepted this connection.')
  }
  close(): void {
    open.delete(this)
  }
}

beforeEach(() => {
  open.clear()
  vi.stubGlobal('WebSocket', FakeWebSocket)
  clearSession()
})
afterEach(() => {
  cleanup()
  clearSession()
})

describe('a page that breaks', () => {
  it('is replaced by words that say what is safe, and by a way on', () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const Broken = (): ReactElement => {
      throw new Error('undefined is not a row')
    }
    renderRoutes([{ path: '/', element: <Broken />, errorElement: <CrashPage /> }], '/')
    expect(screen.getByRole('heading', { name: 'This page broke' })).toBeTruthy()
    expect(screen.getByText(/Your datasets and jobs are not affected/)).toBeTruthy()
    expect(screen.getByRole('button', { name: 'Load again' })).toBeTruthy()
    expect(screen.queryByText(/undefined is not a row/)).toBeNull()
  })
})

describe('a session that ends on a page', () => {
  it('leads to sign in with the address in mind, and ends the live connection', async () => {
    setSession(session)
    const shown = renderRoutes(
      [{ element: <SignedIn />, children: [{ path: '/jobs', element: <p>jobs</p> }] }],
      '/jobs?state=paused',
    )
    expect(screen.getByText('jobs')).toBeTruthy()
    expect(open.size).toBe(1)
    act(() => clearSession())
    await waitFor(() => expect(addressOf(shown)).toBe('/sign-in'))
    expect(shown.state.location.state).toEqual({ from: '/jobs?state=paused' })
    expect(screen.queryByText('jobs')).toBeNull()
    expect(open.size).toBe(0)
  })

  it('hides what is for administrators', () => {
    renderRoutes(
      [{ element: <AdminOnly />, children: [{ path: '/admin', element: <p>users</p> }] }],
      '/admin',
    )
    expect(screen.getByRole('heading', { name: 'There is nothing here' })).toBeTruthy()
    expect(screen.queryByText('users')).toBeNull()
  })
})

describe('the page of a table', () => {
  const show = (): ReturnType<typeof renderRoutes> =>
    renderRoutes(
      [{ path: '/datasets/:datasetId/tables/:table', element: <TableRoute /> }],
      '/datasets/d1/tables/order_details',
    )

  it('is loading until both the dataset and its tables are there', async () => {
    let tablesCome: (answer: unknown) => void = () => undefined
    fakeServer({
      'GET /api/datasets/*/tables/*/rows': () => ({ items: [], next: null }),
      'GET /api/datasets/*/tables': () => new Promise((resolve) => (tablesCome = resolve)),
      'GET /api/datasets/*': () => someDataset(),
    })
    show()
    expect(screen.getByText('Loading table…')).toBeTruthy()
    await waitFor(() => expect(tablesCome.length).toBe(1))
    expect(screen.queryByRole('heading', { name: 'order_details' })).toBeNull()
    tablesCome({ items: [someTable()] })
    expect(await screen.findByRole('heading', { name: 'order_details' })).toBeTruthy()
  })

  it.each([404, 422])('says that there is no such dataset on %s', async (status) => {
    fakeServer({
      'GET /api/datasets/*/tables': () => problem(status, 'Not found.'),
      'GET /api/datasets/*': () => problem(status, 'Not found.'),
    })
    show()
    expect(await screen.findByRole('heading', { name: 'There is no such dataset' })).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull()
  })

  it('is fetched again on request', async () => {
    let away = true
    fakeServer({
      'GET /api/datasets/*/tables/*/rows': () => ({ items: [], next: null }),
      'GET /api/datasets/*/tables': () => (away ? problem(503, 'Away.') : { items: [someTable()] }),
      'GET /api/datasets/*': () => someDataset(),
    })
    show()
    const again = await screen.findByRole('button', { name: 'Try again' })
    away = false
    fireEvent.click(again)
    expect(await screen.findByRole('heading', { name: 'order_details' })).toBeTruthy()
  })
})

describe('the addresses of the interface', () => {
  const led = (address: string): ReturnType<typeof matchRoutes<(typeof router.routes)[number]>> =>
    matchRoutes(router.routes, address)
  const guards = (address: string): unknown[] =>
    (led(address) ?? []).map(({ route }) => (route.element as ReactElement | undefined)?.type)

  it.each([
    '/',
    '/datasets',
    '/datasets/new',
    '/datasets/d1',
    '/datasets/d1/tables',
    '/datasets/d1/schema',
    '/datasets/d1/files',
    '/datasets/d1/connection',
    '/datasets/d1/report',
    '/datasets/d1/answers',
    '/datasets/d1/jobs',
    '/datasets/d1/streams',
    '/datasets/d1/spec',
    '/datasets/d1/tables/users',
    '/jobs',
    '/jobs/j1',
    '/streams',
    '/streams/s1',
    '/tokens',
    '/account',
    '/admin/users',
  ])('lead to a page at %s, only for people who are signed in', (address) => {
    expect(led(address)?.at(-1)?.route.path).not.toBe('*')
    expect(guards(address)).toContain(SignedIn)
  })

  it.each(['/admin', '/admin/users', '/admin/jobs', '/admin/services', '/admin/dead-letters/l1'])(
    'ask for an administrator at %s',
    (address) => expect(guards(address)).toContain(AdminOnly),
  )

  it.each(['/sign-in', '/sign-up'])('let everybody in at %s', (address) => {
    expect(led(address)?.at(-1)?.route.path).toBe(address.slice(1))
    expect(guards(address)).not.toContain(SignedIn)
  })

  it('take a new dataset for no dataset', () => {
    expect(led('/datasets/new')?.at(-1)?.params).toEqual({})
    expect(led('/datasets/d1')?.at(-1)?.params).toEqual({ datasetId: 'd1' })
  })

  it.each(['/nowhere', '/jobs/j1/more', '/datasets/d1/nothing', '/admin/nothing'])(
    'lead nowhere at %s',
    (address) => expect(led(address)?.at(-1)?.route.path).toBe('*'),
  )
})
