// @vitest-environment jsdom

import { act, cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { clearSession, useSession } from '@/lib/session/store'
import { addressOf, renderRoutes } from '@/testing/page'
import { fakeServer, problem, sentTo } from '@/testing/server'

import { signOut } from './api'
import { SignInPage } from './sign-in-page'
import { SignUpPage } from './sign-up-page'

const session = {
  access_token: 'token',
  token_type: 'Bearer',
  expires_in: 900,
  user: { id: 'u1', user_name: 'ada', role: 'customer' },
}

const show = (address: string): ReturnType<typeof renderRoutes> =>
  renderRoutes(
    [
      { path: '/sign-in', element: <SignInPage /> },
      { path: '/sign-up', element: <SignUpPage /> },
    ],
    address,
  )

function fill(userName: string, password: string, action: string): void {
  fireEvent.change(screen.getByLabelText('User name'), { target: { value: userName } })
  fireEvent.change(screen.getByLabelText('Password'), { target: { value: password } })
  fireEvent.click(screen.getByRole('button', { name: action }))
}

describe('signing in', () => {
  beforeEach(() => clearSession())
  afterEach(cleanup)

  it('sends what was typed, spaces of the password included, and goes home', async () => {
    const seen = fakeServer({ 'POST /api/auth/login': () => session })
    const router = show('/sign-in')
    fill(' ada ', ' correct horse ', 'Sign in')
    await waitFor(() => expect(addressOf(router)).toBe('/'))
    expect(seen.map(({ body }) => body)).toEqual([{ user_name: 'ada', password: ' correct horse ' }])
    expect(useSession.getState()).toMatchObject({ status: 'signed-in', token: 'token' })
  })

  it('goes back to where one came from', async () => {
    fakeServer({ 'POST /api/auth/login': () => session })
    const router = show('/elsewhere')
    await act(() => router.navigate('/sign-in', { state: { from: '/jobs?state=failed' } }))
    fill('ada', 'correct horse', 'Sign in')
    await waitFor(() => expect(addressOf(router)).toBe('/jobs?state=failed'))
  })

  it('asks nobody while a field is empty, and says which', () => {
    const seen = fakeServer({})
    show('/sign-in')
    fill('', '', 'Sign in')
    expect(screen.getByText('Enter a user name.')).toBeTruthy()
    expect(screen.getByText('Enter a password.')).toBeTruthy()
    expect(screen.getByLabelText('Password').getAttribute('aria-invalid')).toBe('true')
    expect(seen).toEqual([])
  })

  it('does not judge the length of an old password', async () => {
    const seen = fakeServer({ 'POST /api/auth/login': () => problem(401, 'Wrong user name or password.') })
    show('/sign-in')
    fill('ada', 'short', 'Sign in')
    expect(await screen.findByText('Wrong user name or password.')).toBeTruthy()
    expect(seen).toHaveLength(1)
    expect(useSession.getState().status).toBe('anonymous')
  })
})

describe('making an account', () => {
  beforeEach(() => clearSession())
  afterEach(cleanup)

  it('registers, then signs in', async () => {
    const seen = fakeServer({
      'POST /api/auth/register': () => Response.json({ id: 'u1' }, { status: 201 }),
      'POST /api/auth/login': () => session,
    })
    const router = show('/sign-up')
    fill('ada', 'correct horse', 'Make account')
    await waitFor(() => expect(addressOf(router)).toBe('/'))
    expect(seen.map(({ path }) => path)).toEqual(['/api/auth/register', '/api/auth/login'])
  })

  it('checks a new password before anybody is asked', () => {
    const seen = fakeServer({})
    show('/sign-up')
    fill('ada', 'short', 'Make account')
    expect(screen.getByText('Use at least 8 characters.')).toBeTruthy()
    expect(seen).toEqual([])
  })

  it('shows what the server found wrong beside its field', async () => {
    fakeServer({
      'POST /api/auth/register': () =>
        problem(422, 'Not valid.', [{ field: 'user_name', message: 'Use letters and digits.' }]),
    })
    show('/sign-up')
    fill('a da', 'correct horse', 'Make account')
    expect(await screen.findByText('Use letters and digits.')).toBeTruthy()
    expect(screen.queryByText('Not valid.')).toBeNull()
  })
})

describe('signing out', () => {
  it('ends the session here even when the server cannot be told', async () => {
    useSession.setState({ status: 'signed-in', token: 'token' })
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
    await signOut()
    expect(useSession.getState()).toMatchObject({ status: 'anonymous', token: null })
  })

  it('tells the server once', async () => {
    const seen = fakeServer({ 'POST /api/auth/logout': () => new Response(null, { status: 204 }) })
    await signOut()
    expect(sentTo(seen, 'POST', '/api/auth/logout')).toHaveLength(1)
  })
})
