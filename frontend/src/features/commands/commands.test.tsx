// @vitest-environment jsdom

import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { chooseTheme, chosenTheme } from '@/features/theme/theme'
import { forgetJobs } from '@/lib/live/jobs-store'
import { useSession } from '@/lib/session/store'
import { someDataset } from '@/testing/datasets'
import { someJob } from '@/testing/jobs'
import { addressOf, renderPage } from '@/testing/page'
import { fakeServer, problem } from '@/testing/server'

import { Commands } from './commands'
import { setSingleKeys } from './single-keys'

const pine = someDataset({ id: 'pine', name: 'Pine' })
const listed = (items: unknown[]) => () => ({ items, next: null })
const routes = {
  'GET /api/datasets': listed([pine, someDataset({ id: 'oak', name: 'Oak' })]),
  'GET /api/jobs': listed([someJob({ id: 'j1', dataset_id: 'pine' })]),
}

const show = (): (() => string) => {
  const router = renderPage(
    <>
      <Commands role="customer" />
      <input aria-label="Somewhere to type" />
    </>,
  )
  return () => addressOf(router)
}
const press = (key: string, more: object = {}, target: Element = document.body): boolean =>
  fireEvent.keyDown(target, { key, ...more })
const field = (): HTMLElement => screen.getByRole('combobox')
const names = (): (string | null)[] => screen.getAllByRole('option').map((option) => option.textContent)
const active = (): string | null | undefined =>
  document.getElementById(field().getAttribute('aria-activedescendant') ?? '')?.textContent

/** Opens the palette, and waits for what it lists. */
async function open(): Promise<void> {
  press('k', { ctrlKey: true })
  await screen.findByRole('option', { name: /^Pine/ })
}
const type = (text: string): boolean => fireEvent.change(field(), { target: { value: text } })

// A browser has it in a moment; the first import here takes longer than a test waits.
beforeAll(() => import('./palette'))
beforeEach(() => {
  forgetJobs()
  setSingleKeys(true)
  fakeServer(routes)
})
afterEach(() => {
  cleanup()
  chooseTheme('system')
})

describe('the palette', () => {
  it('is opened by keys and by its button, and closed by the same keys', async () => {
    show()
    await open()
    press('k', { ctrlKey: true }, field())
    expect(screen.queryByRole('dialog')).toBeNull()
    fireEvent.click(screen.getByRole('button', { name: 'Search' }))
    expect(await screen.findByRole('dialog', { name: 'Search and commands' })).toBeTruthy()
  })

  it('goes to a dataset by its name', async () => {
    const address = show()
    await open()
    type('oa')
    expect(active()).toMatch(/^Oak/)
    fireEvent.keyDown(field(), { key: 'Enter' })
    await waitFor(() => expect(address()).toBe('/datasets/oak'))
  })

  it('is walked through with the arrow keys, round and round', async () => {
    const address = show()
    await open()
    type('pine')
    expect(names()).toEqual(['Pine11,500 rows', 'New dataset: PineMaking rows'])
    fireEvent.keyDown(field(), { key: 'ArrowDown' })
    expect(active()).toMatch(/^New dataset: Pine/)
    fireEvent.keyDown(field(), { key: 'ArrowDown' })
    expect(active()).toMatch(/^Pine/)
    fireEvent.keyDown(field(), { key: 'ArrowUp' })
    expect(screen.getAllByRole('option', { selected: true }).map((one) => one.textContent)).toEqual([
      'New dataset: PineMaking rows',
    ])
    fireEvent.keyDown(field(), { key: 'Enter' })
    await waitFor(() => expect(address()).toBe('/jobs/j1'))
  })

  it('begins with the best again when something else is typed', async () => {
    show()
    await open()
    type('pin')
    fireEvent.keyDown(field(), { key: 'ArrowDown' })
    type('pine')
    expect(active()).toMatch(/^Pine/)
  })

  it('does what is pressed with the pointer', async () => {
    show()
    await open()
    fireEvent.click(screen.getByRole('option', { name: 'Use the dark theme' }))
    expect(chosenTheme()).toBe('dark')
    expect(screen.queryByRole('dialog')).toBeNull()
  })

  it('signs out', async () => {
    fakeServer({ ...routes, 'POST /api/auth/logout': () => new Response(null, { status: 204 }) })
    show()
    await open()
    fireEvent.click(screen.getByRole('option', { name: 'Sign out' }))
    await waitFor(() => expect(useSession.getState().status).toBe('anonymous'))
  })

  it('says that nothing has a name, and does nothing for it', async () => {
    const address = show()
    await open()
    type('elm')
    expect(screen.getByText('Nothing has that name.')).toBeTruthy()
    expect(field().getAttribute('aria-expanded')).toBe('false')
    fireEvent.keyDown(field(), { key: 'Enter' })
    expect(address()).toBe('/')
  })

  it('goes to pages while datasets and jobs cannot be read, and says so', async () => {
    fakeServer({ 'GET /api/datasets': () => problem(503, 'Away.'), 'GET /api/jobs': listed([]) })
    const address = show()
    press('k', { metaKey: true })
    expect(await screen.findByText(/Datasets and jobs cannot be read for now\./)).toBeTruthy()
    type('tok')
    fireEvent.keyDown(field(), { key: 'Enter' })
    await waitFor(() => expect(address()).toBe('/tokens'))
  })

  it('does not open above a question that waits for its answer', async () => {
    const question = document.body.appendChild(document.createElement('dialog'))
    question.open = true
    show()
    press('k', { ctrlKey: true })
    expect(screen.queryByRole('combobox')).toBeNull()
    question.remove()
    await open()
  })

  it('is left with a press beside it, not with one inside', async () => {
    show()
    await open()
    fireEvent.pointerDown(field())
    expect(screen.getByRole('dialog')).toBeTruthy()
    fireEvent.pointerDown(screen.getByRole('dialog'))
    expect(screen.queryByRole('dialog')).toBeNull()
  })
})

describe('single keys', () => {
  it('go to pages', async () => {
    const address = show()
    press('g')
    press('j')
    await waitFor(() => expect(address()).toBe('/jobs'))
  })

  it('do nothing while text is typed, with a modifier, or while a dialog is open', async () => {
    const address = show()
    press('n', {}, screen.getByLabelText('Somewhere to type'))
    press('n', { ctrlKey: true })
    press('?')
    await screen.findByRole('dialog', { name: 'Keyboard shortcuts' })
    press('n')
    expect(address()).toBe('/')
  })

  it('are listed, and switched off for good', async () => {
    const address = show()
    press('?')
    await screen.findByRole('dialog', { name: 'Keyboard shortcuts' })
    expect(screen.getAllByRole('term').map((term) => term.textContent)).toEqual([
      'Search and commands',
      'New dataset',
      'Go to datasets',
      'Go to jobs',
      'Go to streams',
      'Go to tokens',
      'Go to account',
      'Show the keyboard shortcuts',
    ])
    fireEvent.click(screen.getByRole('checkbox', { name: /^Use single-key shortcuts/ }))
    fireEvent.click(screen.getByRole('button', { name: 'Close' }))
    press('n')
    expect(address()).toBe('/')
    expect(window.localStorage.getItem('cartload.single-keys')).toBe('off')
    await open()
    fireEvent.click(screen.getByRole('option', { name: 'Show the keyboard shortcuts' }))
    expect(await screen.findByRole('dialog', { name: 'Keyboard shortcuts' })).toBeTruthy()
  })
})
