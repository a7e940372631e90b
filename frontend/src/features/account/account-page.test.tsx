// @vitest-environment jsdom

import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { clearSession, setSession, useSession } from '@/lib/session/store'
import { renderPage } from '@/testing/page'
import { fakeServer, problem, sentTo } from '@/testing/server'

import { AccountPage } from './account-page'

const user = { id: 'u1', user_name: 'ada', role: 'customer' } as const
const session = { access_token: 'token', token_type: 'Bearer', expires_in: 900, user } as const

const here = {
  id: 's1',
  kind: 'rotating',
  user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  created_at: '2026-01-02T03:04:05Z',
  renewed_at: '2026-01-02T04:04:05Z',
  expires_at: '2026-02-02T03:04:05Z',
  current: true,
}
const script = { ...here, id: 's2', user_agent: 'curl/8.14.1', current: false }
const listing = (...items: unknown[]) => ({ items, next: null })

function change(present: string, fresh: string): void {
  fireEvent.change(screen.getByLabelText('Present password'), { target: { value: present } })
  fireEvent.change(screen.getByLabelText('New password'), { target: { value: fresh } })
  fireEvent.click(screen.getByRole('button', { name: 'Change password' }))
}

beforeEach(() => setSession(session))
afterEach(() => {
  cleanup()
  clearSession()
})

describe('sessions', () => {
  it('are named by their client, and the own one cannot be ended here', async () => {
    fakeServer({ 'GET /api/auth/sessions': () => listing(here, script) })
    renderPage(<AccountPage />)
    expect(await screen.findByText('Firefox on Linux')).toBeTruthy()
    expect(screen.getByText('this one')).toBeTruthy()
    expect(screen.getAllByRole('button', { name: /^Sign out curl/ })).toHaveLength(1)
    expect(screen.queryByRole('button', { name: /^Sign out Firefox/ })).toBeNull()
  })

  it('are ended one by one, and the list is read again', async () => {
    let ended = false
    const seen = fakeServer({
      'GET /api/auth/sessions': () => (ended ? listing(here) : listing(here, script)),
      'DELETE /api/auth/sessions/*': () => {
        ended = true
        return new Response(null, { status: 204 })
      },
    })
    renderPage(<AccountPage />)
    fireEvent.click(await screen.findByRole('button', { name: /^Sign out curl/ }))
    await waitFor(() => expect(screen.queryByText('curl')).toBeNull())
    expect(await screen.findByText('curl is signed out.')).toBeTruthy()
    expect(sentTo(seen, 'DELETE', '/api/auth/sessions/s2')).toHaveLength(1)
  })

  it('are all ended but this one after a question, which is not asked where there is no other', async () => {
    let ended = false
    const seen = fakeServer({
      'GET /api/auth/sessions': () => (ended ? listing(here) : listing(here, script)),
      'DELETE /api/auth/sessions': () => {
        ended = true
        return new Response(null, { status: 204 })
      },
    })
    renderPage(<AccountPage />)
    fireEvent.click(await screen.findByRole('button', { name: 'Sign out everywhere else' }))
    expect(sentTo(seen, 'DELETE', '/api/auth/sessions')).toEqual([])
    const dialog = within(screen.getByRole('dialog'))
    fireEvent.click(dialog.getByRole('button', { name: 'Sign out everywhere else' }))
    expect(await screen.findByText('You are signed out everywhere else.')).toBeTruthy()
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Sign out everywhere else' })).toBeNull())
  })

  it('say why one could not be ended', async () => {
    fakeServer({
      'GET /api/auth/sessions': () => listing(here, script),
      'DELETE /api/auth/sessions/*': () => problem(503, 'Accounts are away for now.'),
    })
    renderPage(<AccountPage />)
    fireEvent.click(await screen.findByRole('button', { name: /^Sign out curl/ }))
    expect(await screen.findByText('Accounts are away for now.')).toBeTruthy()
    expect(screen.getByText('curl')).toBeTruthy()
  })
})

describe('a change of password', () => {
  it.each([
    ['', 'a fresh password', 'Enter your present password.'],
    ['the old one', 'short', 'Use at least 8 characters.'],
    ['the same one', 'the same one', 'This is your present password.'],
  ])('from “%s” to “%s” is not sent', async (present, fresh, message) => {
    const seen = fakeServer({ 'GET /api/auth/sessions': () => listing(here) })
    renderPage(<AccountPage />)
    change(present, fresh)
    expect(await screen.findByText(message)).toBeTruthy()
    expect(sentTo(seen, 'POST', '/api/auth/password')).toEqual([])
  })

  it('is followed by a sign-in with the new one', async () => {
    const seen = fakeServer({
      'GET /api/auth/sessions': () => listing(here),
      'POST /api/auth/password': () => new Response(null, { status: 204 }),
      'POST /api/auth/login': () => ({ ...session, access_token: 'another' }),
    })
    renderPage(<AccountPage />)
    fireEvent.click(screen.getByLabelText(/Keep my personal tokens/))
    change(' the old one', 'a fresh password ')
    expect(await screen.findByText(/Your password is changed/)).toBeTruthy()
    expect(sentTo(seen, 'POST', '/api/auth/password')[0]?.body).toEqual({
      user_name: 'ada',
      password: ' the old one',
      new_password: 'a fresh password ',
      personal_tokens: 'keep',
    })
    expect(useSession.getState().token).toBe('another')
    expect(screen.getByLabelText('New password')).toHaveProperty('value', '')
  })

  it('with a wrong password is refused beside the field, asked once, and signs nobody out', async () => {
    const seen = fakeServer({
      'GET /api/auth/sessions': () => listing(here),
      'POST /api/auth/password': () => problem(401, 'The user name or the password is wrong.'),
    })
    renderPage(<AccountPage />)
    change('not the one', 'a fresh password')
    expect(await screen.findByText('This is not your present password.')).toBeTruthy()
    expect(sentTo(seen, 'POST', '/api/auth/password')).toHaveLength(1)
    expect(useSession.getState().status).toBe('signed-in')
  })

  it('shows what the server says of the new password beside it', async () => {
    fakeServer({
      'GET /api/auth/sessions': () => listing(here),
      'POST /api/auth/password': () =>
        problem(422, 'Not valid.', [{ field: 'new_password', message: 'Too many people use this one.' }]),
    })
    renderPage(<AccountPage />)
    change('the old one', 'password123')
    expect(await screen.findByText('Too many people use this one.')).toBeTruthy()
  })
})

describe('the deletion of the account', () => {
  const ask = (name: string, password: string): void => {
    fireEvent.click(screen.getByRole('button', { name: 'Delete account' }))
    fireEvent.change(screen.getByLabelText('Your user name, ada'), { target: { value: name } })
    fireEvent.change(screen.getByLabelText('Your password'), { target: { value: password } })
    fireEvent.click(screen.getByRole('button', { name: 'Delete my account' }))
  }

  it.each([
    ['adam', 'the old one', 'Type ada to go on.'],
    ['ada', '', 'Enter your password.'],
  ])('is not sent for “%s” and “%s”', async (name, password, message) => {
    const seen = fakeServer({ 'GET /api/auth/sessions': () => listing(here) })
    renderPage(<AccountPage />)
    ask(name, password)
    expect(await screen.findByText(message)).toBeTruthy()
    expect(sentTo(seen, 'DELETE', '/api/auth/account')).toEqual([])
  })

  it('signs out', async () => {
    const seen = fakeServer({
      'GET /api/auth/sessions': () => listing(here),
      'DELETE /api/auth/account': () => new Response(null, { status: 204 }),
    })
    renderPage(<AccountPage />)
    ask('Ada', ' the old one')
    await waitFor(() => expect(useSession.getState().status).toBe('anonymous'))
    expect(sentTo(seen, 'DELETE', '/api/auth/account')[0]?.body).toEqual({ password: ' the old one' })
    expect(await screen.findByText('Your account is deleted.')).toBeTruthy()
  })

  it.each([
    ['a wrong password', 422, [{ field: 'password', message: 'This is not the password.' }]],
    ['the last administrator', 409, []],
  ])('is refused for %s with the reason, and signs nobody out', async (_, status, errors) => {
    fakeServer({
      'GET /api/auth/sessions': () => listing(here),
      'DELETE /api/auth/account': () => problem(status, 'This is why.', errors),
    })
    renderPage(<AccountPage />)
    ask('ada', 'not the one')
    expect(await screen.findByText(errors[0]?.message ?? 'This is why.')).toBeTruthy()
    expect(useSession.getState().status).toBe('signed-in')
  })
})
