// @vitest-environment jsdom

import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { clearSession, setSession, useSession } from '@/lib/session/store'
import { renderPage } from '@/testing/page'
import { fakeServer, problem, sentTo } from '@/testing/server'

import { DeleteAccount } from './delete-account'
import { PasswordForm } from './password-form'
import { Sessions } from './sessions'

const user = { id: 'u1', user_name: 'ada', role: 'customer' } as const
const here = {
  id: 's1',
  kind: 'rotating',
  user_agent: null,
  created_at: '2026-01-02T03:04:05Z',
  renewed_at: '2026-01-02T03:04:05Z',
  expires_at: '2026-02-02T03:04:05Z',
  current: true,
}
const script = { ...here, id: 's2', kind: 'plain', user_agent: 'curl/8.14.1', current: false }
const listing = (items: unknown[], next: string | null = null) => ({ items, next })
const tooMany = (): Response =>
  Response.json({ title: 'Slow down', status: 429 }, { status: 429, headers: { 'retry-after': '30' } })
const type = (label: string, value: string): void => {
  fireEvent.change(screen.getByLabelText(label), { target: { value } })
}
const press = (name: string): void => {
  fireEvent.click(screen.getByRole('button', { name }))
}

beforeEach(() => setSession({ access_token: 'token', token_type: 'Bearer', expires_in: 900, user }))
afterEach(() => {
  cleanup()
  clearSession()
})

describe('sessions', () => {
  it('are not asked to end elsewhere where there is only this one', async () => {
    fakeServer({ 'GET /api/auth/sessions': () => listing([here]) })
    renderPage(<Sessions />)
    const only = await screen.findByRole('listitem')
    expect(only.textContent).toContain('this one')
    expect(only.textContent).not.toContain('last seen')
    expect(screen.queryByRole('button')).toBeNull()
  })

  it('of the plain endpoints are marked, and further ones fetched by cursor', async () => {
    fakeServer({
      'GET /api/auth/sessions': ({ query }) =>
        query.get('cursor') === 'c2' ? listing([script]) : listing([here], 'c2'),
    })
    renderPage(<Sessions />)
    fireEvent.click(await screen.findByRole('button', { name: 'Show more' }))
    expect(await screen.findByText('plain endpoints')).toBeTruthy()
    expect(screen.getAllByRole('listitem')).toHaveLength(2)
    expect(screen.getByRole('button', { name: 'Sign out everywhere else' })).toBeTruthy()
  })

  it('say why they cannot be read, and are read when asked again', async () => {
    let broken = true
    fakeServer({ 'GET /api/auth/sessions': () => (broken ? tooMany() : listing([script])) })
    renderPage(<Sessions />)
    const alert = await screen.findByRole('alert')
    expect(alert.textContent).toContain('Too many requests. Try again in 30 s.')
    broken = false
    press('Try again')
    expect(await screen.findByRole('list', { name: 'Sessions' })).toBeTruthy()
  })

  it('go on elsewhere when the question is left, or the server refuses', async () => {
    const seen = fakeServer({
      'GET /api/auth/sessions': () => listing([here, script]),
      'DELETE /api/auth/sessions': () => problem(503, 'Sessions cannot be ended for now.'),
    })
    renderPage(<Sessions />)
    fireEvent.click(await screen.findByRole('button', { name: 'Sign out everywhere else' }))
    press('Keep it')
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(sentTo(seen, 'DELETE', '/api/auth/sessions')).toEqual([])
    press('Sign out everywhere else')
    const dialog = within(screen.getByRole('dialog'))
    fireEvent.click(dialog.getByRole('button', { name: 'Sign out everywhere else' }))
    expect(await screen.findByText('Sessions cannot be ended for now.')).toBeTruthy()
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(screen.getAllByRole('listitem')).toHaveLength(2)
  })
})

describe('the form for a new password', () => {
  const change = (present: string, fresh: string): void => {
    type('Present password', present)
    type('New password', fresh)
    press('Change password')
  }

  it('revokes the personal tokens unless they are to be kept', async () => {
    const seen = fakeServer({ 'POST /api/auth/password': () => problem(503, 'Away.') })
    renderPage(<PasswordForm userName="ada" />)
    change('the old one', 'a fresh password')
    expect(await screen.findByText('Away.')).toBeTruthy()
    expect(seen[0]?.body).toMatchObject({ personal_tokens: 'revoke' })
    expect(seen[0]?.headers.has('authorization')).toBe(false)
  })

  it.each([
    ['', '', 'Present password'],
    ['the old one', 'short', 'New password'],
  ])('of “%s” and “%s” brings the keyboard to what is wrong', async (present, fresh, label) => {
    fakeServer({})
    renderPage(<PasswordForm userName="ada" />)
    change(present, fresh)
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText(label)))
  })

  it('tells of a limit above the fields, which keep what was typed', async () => {
    fakeServer({ 'POST /api/auth/password': tooMany })
    renderPage(<PasswordForm userName="ada" />)
    change('the old one', 'a fresh password')
    expect((await screen.findByRole('alert')).textContent).toBe('Too many requests. Try again in 30 s.')
    expect(screen.getByLabelText('New password')).toHaveProperty('value', 'a fresh password')
    expect(screen.getByLabelText('Present password').hasAttribute('aria-invalid')).toBe(false)
  })

  it('forgets an old refusal as soon as something else is wrong', async () => {
    fakeServer({ 'POST /api/auth/password': () => problem(401, 'Wrong.') })
    renderPage(<PasswordForm userName="ada" />)
    change('not the one', 'a fresh password')
    expect(await screen.findByText('This is not your present password.')).toBeTruthy()
    change('the old one', 'short')
    await waitFor(() => expect(screen.queryByText('This is not your present password.')).toBeNull())
    expect(screen.getByText('Use at least 8 characters.')).toBeTruthy()
  })

  it('brings the keyboard to the password that the server refuses', async () => {
    fakeServer({ 'POST /api/auth/password': () => problem(401, 'Wrong.') })
    renderPage(<PasswordForm userName="ada" />)
    change('not the one', 'a fresh password')
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Present password')))
  })

  it('is sent once, however often it is pressed', async () => {
    let answer: (response: Response) => void = () => undefined
    const seen = fakeServer({
      'POST /api/auth/password': () => new Promise<Response>((resolve) => (answer = resolve)),
    })
    renderPage(<PasswordForm userName="ada" />)
    change('the old one', 'a fresh password')
    fireEvent.click(await screen.findByRole('button', { name: 'Change password', busy: true }))
    await waitFor(() => expect(seen).toHaveLength(1))
    answer(problem(503, 'Away.'))
    expect(await screen.findByText('Away.')).toBeTruthy()
    expect(seen).toHaveLength(1)
  })
})

describe('the question before an account is deleted', () => {
  const open = (): void => {
    renderPage(<DeleteAccount userName="ada" />)
    press('Delete account')
  }

  it('is left by the button without a trace of what was typed', () => {
    const seen = fakeServer({})
    open()
    type('Your password', 'the old one')
    press('Keep my account')
    expect(screen.queryByRole('dialog')).toBeNull()
    press('Delete account')
    expect(screen.getByLabelText('Your password')).toHaveProperty('value', '')
    expect(seen).toEqual([])
  })

  it('brings the keyboard to the name where both are missing, and names both', async () => {
    fakeServer({})
    open()
    press('Delete my account')
    expect(screen.getByText('Type ada to go on.')).toBeTruthy()
    expect(screen.getByText('Enter your password.')).toBeTruthy()
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Your user name, ada')))
  })

  it('marks a password that is refused, says so once, and signs nobody out', async () => {
    // A frame may come before the refusal is drawn.
    vi.stubGlobal('requestAnimationFrame', (draw: () => void) => {
      draw()
    })
    fakeServer({
      'DELETE /api/auth/account': () =>
        problem(422, 'Not valid.', [{ field: 'body.password', message: 'This is not the password.' }]),
    })
    open()
    type('Your user name, ada', 'ada')
    type('Your password', 'another')
    press('Delete my account')
    expect(await screen.findByText('This is not the password.')).toBeTruthy()
    expect(screen.queryByText('Not valid.')).toBeNull()
    expect(screen.getByLabelText('Your password').getAttribute('aria-invalid')).toBe('true')
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Your password')))
    expect(useSession.getState().status).toBe('signed-in')
  })
})
