// @vitest-environment jsdom

import { act, cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { clearSession, setSession, useSession } from '@/lib/session/store'
import { someDataset, someTable } from '@/testing/datasets'
import { addressOf, renderRoutes } from '@/testing/page'
import { fakeServer, problem } from '@/testing/server'

import { AdminOnly } from './admin-only'
import { Layout } from './layout'
import { NotFoundPage } from './not-found-page'
import { SignedIn } from './signed-in'
import { TableRoute } from './table-route'

const session = {
  access_token: 'token',
  token_type: 'Bearer' as const,
  expires_in: 900,
  user: { id: 'u1', user_name: 'ada', role: 'customer' as const },
}

const show = (address: string): ReturnType<typeof renderRoutes> =>
  renderRoutes(
    [
      {
        element: <Layout />,
        children: [
          { path: '/', element: <p>home</p> },
          { path: '/jobs', element: <p>jobs</p> },
          {
            path: '/admin',
            element: <AdminOnly />,
            children: [{ index: true, element: <p>administration</p> }],
          },
          { path: '/datasets/:datasetId/tables/:table', element: <TableRoute /> },
          { path: '/nowhere', element: <NotFoundPage /> },
        ],
      },
    ],
    address,
  )

describe('the frame around every page', () => {
  beforeEach(() => {
    window.scrollTo = () => undefined
    setSession(session)
  })
  afterEach(cleanup)

  it('shows who is signed in, and where one can go', () => {
    show('/')
    expect(screen.getByText('ada')).toBeTruthy()
    const names = screen.getAllByRole('link').map((link) => link.textContent)
    expect(names).toEqual(
      expect.arrayContaining(['Datasets', 'Jobs', 'Streams', 'Tokens', 'Skip to content']),
    )
  })

  it('shows the administration to administrators, and nothing there to others', () => {
    setSession({ ...session, user: { ...session.user, role: 'admin' } })
    show('/admin')
    expect(screen.getByRole('link', { name: 'Admin' })).toBeTruthy()
    expect(screen.getByText('administration')).toBeTruthy()
    act(() => setSession(session))
    expect(screen.queryByRole('link', { name: 'Admin' })).toBeNull()
    expect(screen.getByText('There is nothing here')).toBeTruthy()
    expect(screen.queryByText('administration')).toBeNull()
  })

  it('hides what needs an account from everybody else', () => {
    clearSession()
    show('/')
    expect(screen.queryByRole('navigation', { name: 'Main' })).toBeNull()
    expect(screen.queryByRole('button', { name: 'Sign out' })).toBeNull()
  })

  it('gives the focus to a new page, not to the first one', async () => {
    const router = show('/')
    expect(document.activeElement).toBe(document.body)
    await act(() => router.navigate('/jobs'))
    expect(document.activeElement?.id).toBe('main')
  })

  it('signs out', async () => {
    fakeServer({ 'POST /api/auth/logout': () => new Response(null, { status: 204 }) })
    show('/')
    fireEvent.click(screen.getByRole('button', { name: 'Sign out' }))
    await waitFor(() => expect(useSession.getState().status).toBe('anonymous'))
  })

  it('says when Cartload cannot be reached, and tries again', async () => {
    clearSession('unreachable')
    fakeServer({ 'POST /api/auth/refresh': () => session })
    show('/')
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
    expect(await screen.findByText('home')).toBeTruthy()
  })

  it('leads on from an address that leads nowhere', () => {
    show('/nowhere')
    expect(screen.getByRole('link', { name: 'Go to datasets' }).getAttribute('href')).toBe('/')
  })

  it('brings a dataset and its table together', async () => {
    fakeServer({
      'GET /api/datasets/*/tables/*/rows': () => ({ items: [], next: null }),
      'GET /api/datasets/*/tables': () => ({ items: [someTable()] }),
      'GET /api/datasets/*': () => someDataset(),
    })
    show('/datasets/d1/tables/order_details')
    expect(await screen.findByRole('heading', { name: 'order_details' })).toBeTruthy()
  })

  it('says when they cannot be read', async () => {
    fakeServer({
      'GET /api/datasets/*/tables': () => problem(503, 'The writer is away for now.'),
      'GET /api/datasets/*': () => someDataset(),
    })
    show('/datasets/d1/tables/order_details')
    expect(await screen.findByText(/The writer is away/)).toBeTruthy()
  })
})

describe('pages for people who are signed in', () => {
  afterEach(cleanup)

  it('send others to sign in, and remember the address', async () => {
    clearSession()
    const router = renderRoutes(
      [{ element: <SignedIn />, children: [{ path: '/jobs', element: <p>jobs</p> }] }],
      '/jobs?state=failed',
    )
    await waitFor(() => expect(addressOf(router)).toBe('/sign-in'))
    expect(router.state.location.state).toEqual({ from: '/jobs?state=failed' })
  })
})
