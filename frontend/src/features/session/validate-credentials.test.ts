import { describe, expect, it } from 'vitest'

import { validateCredentials } from './validate-credentials'

const about = (password: string, fresh: boolean): string | undefined =>
  validateCredentials({ user_name: 'ada', password }, fresh).password

describe('credentials', () => {
  it('need a user name and a password', () => {
    expect(Object.keys(validateCredentials({ user_name: '', password: '' }, false))).toEqual([
      'user_name',
      'password',
    ])
  })

  it('are only checked for being there at sign-in, where older rules may have made them', () => {
    expect(about('short', false)).toBeUndefined()
  })

  it.each([
    ['seven77', 'at least 8'],
    ['a'.repeat(65), 'at most 64'],
    ['ä'.repeat(40), '72 bytes'],
  ])('of a new account: %s', (password, message) => {
    expect(about(password, true)).toContain(message)
  })

  it('of a new account may be 8 to 64 characters', () => {
    expect(about('a'.repeat(8), true)).toBeUndefined()
    expect(about('a'.repeat(64), true)).toBeUndefined()
  })
})
