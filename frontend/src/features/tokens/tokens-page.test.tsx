// @vitest-environment jsdom

import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'

import { renderPage } from '@/testing/page'
import { fakeServer, problem, sentTo } from '@/testing/server'

import { TokensPage } from './tokens-page'

const token = {
  id: 't1',
  name: 'nightly',
  created_at: '2026-01-02T03:04:05.000Z',
  last_used_at: null,
  expires_at: '2026-04-02T03:04:05.000Z',
}

function make(name: string, days: string): void {
  fireEvent.change(screen.getByLabelText('Name'), { target: { value: name } })
  fireEvent.change(screen.getByLabelText('Days it lasts'), { target: { value: days } })
  fireEvent.click(screen.getByRole('button', { name: 'Make token' }))
}

describe('personal tokens', () => {
  afterEach(cleanup)

  it('are listed with their last use', async () => {
    fakeServer({ 'GET /api/auth/tokens': () => ({ items: [token], next: null }) })
    renderPage(<TokensPage />)
    const row = (await screen.findByText('nightly')).closest('tr') as HTMLElement
    expect(within(row).getByText('never')).toBeTruthy()
  })

  it('have an empty state', async () => {
    fakeServer({ 'GET /api/auth/tokens': () => ({ items: [], next: null }) })
    renderPage(<TokensPage />)
    expect(await screen.findByText('No tokens yet')).toBeTruthy()
  })

  it.each([
    ['', '90', 'Give it a name to know it by.'],
    ['nightly', '0', 'Enter a whole number from 1.'],
    ['nightly', '1.5', 'Enter a whole number from 1.'],
    ['nightly', '', 'Enter a whole number from 1.'],
  ])('are not made of name “%s” and days “%s”', async (name, days, message) => {
    const seen = fakeServer({ 'GET /api/auth/tokens': () => ({ items: [], next: null }) })
    renderPage(<TokensPage />)
    make(name, days)
    expect(await screen.findByText(message)).toBeTruthy()
    expect(sentTo(seen, 'POST', '/api/auth/tokens')).toEqual([])
  })

  it('are shown once they are made, and the list is read again', async () => {
    let made = false
    const seen = fakeServer({
      'GET /api/auth/tokens': () => ({ items: made ? [token] : [], next: null }),
      'POST /api/auth/tokens': () => {
        made = true
        return Response.json({ ...token, token: 'clp_secret' }, { status: 201 })
      },
    })
    renderPage(<TokensPage />)
    make(' nightly ', '30')
    expect((await screen.findByTestId('new-token')).textContent).toBe('clp_secret')
    expect(await screen.findByText('nightly')).toBeTruthy()
    expect(sentTo(seen, 'POST', '/api/auth/tokens')[0]?.body).toEqual({
      name: 'nightly',
      expires_in_days: 30,
    })
  })

  it('show what the server refuses beside the field', async () => {
    fakeServer({
      'GET /api/auth/tokens': () => ({ items: [], next: null }),
      'POST /api/auth/tokens': () =>
        problem(422, 'Not valid.', [{ field: 'expires_in_days', message: 'At most 365.' }]),
    })
    renderPage(<TokensPage />)
    make('nightly', '9999')
    expect(await screen.findByText('At most 365.')).toBeTruthy()
  })

  it('are revoked after a question', async () => {
    let revoked = false
    const seen = fakeServer({
      'GET /api/auth/tokens': () => ({ items: revoked ? [] : [token], next: null }),
      'DELETE /api/auth/tokens/*': () => {
        revoked = true
        return new Response(null, { status: 204 })
      },
    })
    renderPage(<TokensPage />)
    fireEvent.click(await screen.findByRole('button', { name: 'Revoke nightly' }))
    expect(seen.filter(({ method }) => method === 'DELETE')).toEqual([])
    fireEvent.click(screen.getByRole('button', { name: 'Revoke the token' }))
    await waitFor(() => expect(screen.queryByText('nightly')).toBeNull())
    expect(await screen.findByText('nightly is revoked.')).toBeTruthy()
    expect(sentTo(seen, 'DELETE', '/api/auth/tokens/t1')).toHaveLength(1)
  })

  it('say why one could not be revoked', async () => {
    fakeServer({
      'GET /api/auth/tokens': () => ({ items: [token], next: null }),
      'DELETE /api/auth/tokens/*': () => problem(503, 'Accounts are away for now.'),
    })
    renderPage(<TokensPage />)
    fireEvent.click(await screen.findByRole('button', { name: 'Revoke nightly' }))
    fireEvent.click(screen.getByRole('button', { name: 'Revoke the token' }))
    expect(await screen.findByText('Accounts are away for now.')).toBeTruthy()
    expect(screen.getByText('nightly')).toBeTruthy()
  })
})
