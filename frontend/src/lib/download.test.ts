// @vitest-environment jsdom

import { beforeEach, describe, expect, it, vi } from 'vitest'

import { fakeServer, problem } from '@/testing/server'

import { download } from './download'

/** What was written to files that the user picked; picking fails with `error`, where one is given. */
function picker(error?: Error): string[] {
  const written: string[] = []
  vi.stubGlobal('showSaveFilePicker', ({ suggestedName }: { suggestedName: string }) => {
    if (error !== undefined) return Promise.reject(error)
    const decoder = new TextDecoder()
    return Promise.resolve({
      createWritable: () =>
        Promise.resolve(
          new WritableStream<Uint8Array>({
            write: (chunk) => void written.push(`${suggestedName}: ${decoder.decode(chunk)}`),
          }),
        ),
    })
  })
  return written
}

describe('a download', () => {
  let saved: string[]

  beforeEach(() => {
    saved = []
    vi.stubGlobal(
      'URL',
      Object.assign(URL, { createObjectURL: () => 'blob:x', revokeObjectURL: () => undefined }),
    )
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      saved.push(this.download)
    })
  })

  it('is kept by the browser when it is small', async () => {
    fakeServer({ 'GET /file': () => new Response('rows') })
    expect(await download('/file', 'users.csv', false)).toBe(true)
    expect(saved).toEqual(['users.csv'])
  })

  it('is streamed into a file that the user picks when it is large', async () => {
    const written = picker()
    fakeServer({ 'GET /file': () => new Response('rows') })
    expect(await download('/file', 'users.csv', true)).toBe(true)
    expect(written).toEqual(['users.csv: rows'])
    expect(saved).toEqual([])
  })

  it('asks for nothing when the user picks no file', async () => {
    picker(new DOMException('closed', 'AbortError'))
    const seen = fakeServer({ 'GET /file': () => new Response('rows') })
    expect(await download('/file', 'users.csv', true)).toBe(false)
    expect(seen).toEqual([])
  })

  it('tells of any other trouble', async () => {
    picker(new TypeError('broken'))
    fakeServer({ 'GET /file': () => new Response('rows') })
    await expect(download('/file', 'users.csv', true)).rejects.toThrow('broken')
    fakeServer({ 'GET /file': () => problem(410, 'It is gone.') })
    await expect(download('/file', 'users.csv', false)).rejects.toThrow('It is gone.')
    expect(saved).toEqual([])
  })
})
