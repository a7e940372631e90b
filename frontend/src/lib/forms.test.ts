// @vitest-environment jsdom

import { afterEach, describe, expect, it, vi } from 'vitest'

import { exactTextOf, focusFirstInvalid, textOf } from './forms'

function formOf(html: string): HTMLFormElement {
  const form = document.createElement('form')
  form.innerHTML = html
  document.body.replaceChildren(form)
  return form
}

describe('a form', () => {
  afterEach(() => document.body.replaceChildren())

  it('gives texts without the spaces around them, passwords with them', () => {
    const form = formOf('<input name="user"><input name="password">')
    for (const input of form.querySelectorAll('input')) input.value = '  ada  '
    expect(textOf(form, 'user')).toBe('ada')
    expect(exactTextOf(form, 'password')).toBe('  ada  ')
  })

  it('gives an empty text for a field that it has not, or that holds a file', () => {
    const form = formOf('<input name="upload" type="file">')
    for (const name of ['nothing', 'upload']) {
      expect(textOf(form, name)).toBe('')
      expect(exactTextOf(form, name)).toBe('')
    }
  })

  it('brings the keyboard to the first field that is wrong, once that is drawn', async () => {
    const form = formOf('<input id="good"><input id="bad" aria-invalid="true"><input aria-invalid="true">')
    focusFirstInvalid(form)
    expect(document.activeElement).toBe(document.body)
    await vi.waitFor(() => expect(document.activeElement?.id).toBe('bad'))
  })
})
