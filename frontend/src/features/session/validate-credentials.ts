import { config } from '@/config'

import type { Credentials } from './api'

export type ValidationErrors = Partial<Record<keyof Credentials, string>>

/** What is wrong with a password; `fresh` for one that is chosen now. */
export function passwordError(password: string, fresh: boolean): string | undefined {
  const { least, most } = config.passwordLength
  if (password === '') return 'Enter a password.'
  if (!fresh) return undefined
  if (password.length < least) return `Use at least ${least} characters.`
  if (password.length > most) return `Use at most ${most} characters.`
  if (new TextEncoder().encode(password).length > 72)
    return 'Use at most 72 bytes; some characters count for several.'
  return undefined
}

/** What is wrong with the credentials before anybody is asked; the server has the last word. */
export function validateCredentials({ user_name, password }: Credentials, fresh: boolean): ValidationErrors {
  const wrongPassword = passwordError(password, fresh)
  return {
    ...(user_name === '' && { user_name: 'Enter a user name.' }),
    ...(wrongPassword !== undefined && { password: wrongPassword }),
  }
}
