// @vitest-environment jsdom

import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'

import { toast } from '@/components/ui/toasts'
import type { Stream } from '@/lib/api/types'
import { clearSession } from '@/lib/session/store'
import { addressOf, renderPage } from '@/testing/page'
import { fakeServer, problem } from '@/testing/server'
import { someStream } from '@/testing/streams'

import { consequencesOfDeletion, consequencesOfStop } from './consequences'
import { StreamActions } from './stream-actions'

const press = (name: string): boolean => fireEvent.click(screen.getByRole('button', { name }))
const buttons = (): (string | null)[] => screen.queryAllByRole('button').map((button) => button.textContent)
const show = (changes: Partial<Stream> = {}): ReturnType<typeof renderPage> =>
  renderPage(<StreamActions stream={someStream(changes)} />)

// What was said in passing would else still be there for the next test.
afterEach(() => {
  cleanup()
  clearSession()
  toast('')
})

describe('the buttons of a stream', () => {
  it.each([
    ['queued', 'play', ['Pause', 'Stop', 'Delete']],
    ['preparing', 'play', ['Pause', 'Stop', 'Delete']],
    ['playing', 'play', ['Pause', 'Stop', 'Delete']],
    ['playing', 'pause', ['Resume', 'Stop', 'Delete']],
    ['playing', 'stop', ['Delete']],
    ['paused', 'pause', ['Resume', 'Stop', 'Delete']],
    ['paused', 'play', ['Pause', 'Stop', 'Delete']],
    ['ended', 'play', ['Delete']],
    ['stopped', 'stop', ['Delete']],
    ['failed', 'play', ['Resume', 'Delete']],
  ] as const)('that is %s and is to %s are %j', (state, goal, names) => {
    fakeServer({})
    show({ state, goal })
    expect(buttons()).toEqual(names)
  })

  it.each([
    ['Stop', 'Stop this stream?'],
    ['Delete', 'Delete this stream?'],
  ])('ask nothing of the server when Escape closes the question of %s', (name, question) => {
    const seen = fakeServer({})
    show()
    press(name)
    fireEvent(screen.getByRole('dialog', { name: question }), new Event('cancel', { cancelable: true }))
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(seen).toEqual([])
  })

  it.each([
    ['Pause', null, 'POST /api/streams/*/pause'],
    ['Stop', 'Stop the stream', 'POST /api/streams/*/stop'],
    ['Delete', 'Delete the stream', 'DELETE /api/streams/*'],
  ])('send one request however often %s is pressed', async (name, confirm, route) => {
    const seen = fakeServer({ [route]: () => new Promise(() => undefined) })
    show()
    press(name)
    if (confirm !== null) press(confirm)
    const last = confirm ?? name
    await waitFor(() =>
      expect(screen.getByRole<HTMLButtonElement>('button', { name: last }).disabled).toBe(true),
    )
    press(last)
    await waitFor(() => expect(seen).toHaveLength(1))
  })

  it.each([
    [
      () => problem(403, 'This stream belongs to another account.'),
      'This stream belongs to another account.',
    ],
    [() => problem(409, 'The stream is over already.'), 'The stream is over already.'],
    [
      () => problem(422, 'You have 3 streams that have not ended: stop one.'),
      'You have 3 streams that have not ended: stop one.',
    ],
    [
      () => Response.json({ title: 'Too many requests' }, { status: 429, headers: { 'retry-after': '7' } }),
      'Too many requests. Try again in 7 s.',
    ],
    [() => Promise.reject(new TypeError('Failed to fetch')), /^Cartload cannot be reached/],
  ])('say why the server refused, and can be pressed again (%#)', async (answer, words) => {
    fakeServer({ 'POST /api/streams/*/resume': answer })
    show({ state: 'failed' })
    press('Resume')
    expect(await screen.findByText(words)).toBeTruthy()
    await waitFor(() =>
      expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Resume' }).disabled).toBe(false),
    )
  })

  it('stay on the page where a stream could not be deleted', async () => {
    fakeServer({ 'DELETE /api/streams/*': () => problem(503, 'Away for now.') })
    const router = show()
    press('Delete')
    press('Delete the stream')
    expect(await screen.findByText('Away for now.')).toBeTruthy()
    expect(addressOf(router)).toBe('/')
  })
})

describe('what comes of an action', () => {
  it('counts what is in Kafka', () => {
    expect(consequencesOfStop(someStream({ events_sent: 0 })).stays).toMatch(/^Nothing is in Kafka yet\./)
    expect(consequencesOfStop(someStream({ events_sent: 1 })).stays).toMatch(/^1 event in Kafka, and/)
    expect(consequencesOfDeletion(someStream()).stays).toMatch(/^5,000 events in Kafka, and the topics\./)
  })

  it('never promises that it can be taken back', () => {
    expect(consequencesOfStop(someStream()).costs).toMatch(/^A stopped stream cannot be resumed/)
    for (const state of ['playing', 'paused', 'ended', 'failed'] as const)
      expect(consequencesOfDeletion(someStream({ state })).costs).toMatch(/cannot be brought back\.$/)
  })

  it('says of an open stream that deleting stops it', () => {
    expect(consequencesOfDeletion(someStream({ state: 'paused' })).costs).toMatch(/^It stops where it is/)
    expect(consequencesOfDeletion(someStream({ state: 'stopped' })).costs).not.toMatch(/stops/)
  })
})
