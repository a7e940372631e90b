// @vitest-environment jsdom

import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { renderPage } from '@/testing/page'
import { fakeServer, problem } from '@/testing/server'

import { NewTokenForm } from './new-token-form'
import { TokensPage } from './tokens-page'

const token = {
  id: 't1',
  name: 'nightly',
  created_at: '2026-01-02T03:04:05.000Z',
  last_used_at: null,
  expires_at: '2026-04-02T03:04:05.000Z',
}
const made = (secret: string): Response => Response.json({ ...token, token: secret }, { status: 201 })

function make(name: string, days = '90'): void {
  fireEvent.change(screen.getByLabelText('Name'), { target: { value: name } })
  fireEvent.change(screen.getByLabelText('Days it lasts'), { target: { value: days } })
  fireEvent.click(screen.getByRole('button', { name: 'Make token' }))
}

describe('the form for a new token', () => {
  afterEach(cleanup)

  it('names everything that is wrong at once', () => {
    const seen = fakeServer({})
    renderPage(<NewTokenForm />)
    make('  ', 'soon')
    for (const label of ['Name', 'Days it lasts'])
      expect(screen.getByLabelText(label).getAttribute('aria-invalid')).toBe('true')
    expect(seen).toEqual([])
  })

  it.each([
    ['', '90', 'Name'],
    ['nightly', 'soon', 'Days it lasts'],
  ])('of “%s” for “%s” days brings the keyboard to what is wrong', async (name, days, label) => {
    fakeServer({})
    renderPage(<NewTokenForm />)
    make(name, days)
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText(label)))
  })

  it('brings the keyboard to the field that the server refuses', async () => {
    const refusal = { field: 'body.expires_in_days', message: 'At most 365.' }
    fakeServer({ 'POST /api/auth/tokens': () => problem(422, 'Not valid.', [refusal]) })
    renderPage(<NewTokenForm />)
    make('nightly', '9999')
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Days it lasts')))
  })

  it('is ready for the next one once a token is made', async () => {
    fakeServer({ 'POST /api/auth/tokens': () => made('clp_one') })
    renderPage(<NewTokenForm />)
    make('nightly', '30')
    expect(await screen.findByText('clp_one')).toBeTruthy()
    expect(screen.getByLabelText('Name')).toHaveProperty('value', '')
    expect(screen.getByLabelText('Days it lasts')).toHaveProperty('value', '90')
  })

  it('shows a refusal that is about no field above all, and keeps what was typed', async () => {
    fakeServer({ 'POST /api/auth/tokens': () => problem(409, 'There are 50 tokens already.') })
    renderPage(<NewTokenForm />)
    make('nightly', '1,000')
    expect((await screen.findByRole('alert')).textContent).toBe('There are 50 tokens already.')
    expect(screen.getByLabelText('Name')).toHaveProperty('value', 'nightly')
    expect(screen.queryByTestId('new-token')).toBeNull()
  })

  it('no longer shows a token once another is refused', async () => {
    let answer = (): Response => made('clp_one')
    fakeServer({ 'POST /api/auth/tokens': () => answer() })
    renderPage(<NewTokenForm />)
    make('nightly')
    expect(await screen.findByText('clp_one')).toBeTruthy()
    answer = () => problem(422, 'Not valid.', [{ field: 'name', message: 'You have one of this name.' }])
    make('nightly')
    expect(await screen.findByText('You have one of this name.')).toBeTruthy()
    expect(screen.queryByText('clp_one')).toBeNull()
  })

  it('puts the token on the clipboard', async () => {
    const writeText = vi.fn(() => Promise.resolve())
    vi.stubGlobal('navigator', { clipboard: { writeText } })
    fakeServer({ 'POST /api/auth/tokens': () => made('clp_two') })
    renderPage(<NewTokenForm />)
    make('nightly')
    fireEvent.click(await screen.findByRole('button', { name: 'Copy token' }))
    expect(writeText).toHaveBeenCalledWith('clp_two')
  })
})

describe('the list of tokens', () => {
  afterEach(cleanup)

  it('is gone on with by its cursor, and read again after a failure', async () => {
    let broken = true
    fakeServer({
      'GET /api/auth/tokens': ({ query }) => {
        if (broken) return problem(503, 'Accounts are away.')
        return query.get('cursor') === 'c2'
          ? { items: [{ ...token, id: 't2', name: 'weekly' }], next: null }
          : { items: [token], next: 'c2' }
      },
    })
    renderPage(<TokensPage />)
    expect((await screen.findByRole('alert')).textContent).toContain('Accounts are away.')
    broken = false
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
    fireEvent.click(await screen.findByRole('button', { name: 'Show more' }))
    expect(await screen.findByText('weekly')).toBeTruthy()
    expect(screen.getByText('nightly')).toBeTruthy()
  })

  it('loses none when the question is left', async () => {
    const seen = fakeServer({ 'GET /api/auth/tokens': () => ({ items: [token], next: null }) })
    renderPage(<TokensPage />)
    fireEvent.click(await screen.findByRole('button', { name: 'Revoke nightly' }))
    fireEvent.click(screen.getByRole('button', { name: 'Keep it' }))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(seen.map(({ method }) => method)).toEqual(['GET'])
  })
})
