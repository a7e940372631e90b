import { useState, type ReactElement, type SubmitEvent } from 'react'

import { Button } from '@/components/ui/button'
import { TextField } from '@/components/ui/field'
import { Failure } from '@/components/ui/notice'
import { useRefusalFocus } from '@/hooks/use-refusal-focus'
import { fieldMessage } from '@/lib/api/problem'
import { exactTextOf, focusFirstInvalid, textOf } from '@/lib/forms'

import type { Credentials } from './api'
import { validateCredentials, type ValidationErrors } from './validate-credentials'

/** User name and password; `fresh` for a new account, whose password is checked here first. */
export function CredentialsForm({
  fresh,
  action,
  busy,
  error,
  onSubmit,
}: {
  fresh: boolean
  action: string
  busy: boolean
  error: Error | null
  onSubmit: (credentials: Credentials) => void
}): ReactElement {
  const [errors, setErrors] = useState<ValidationErrors>({})
  const ref = useRefusalFocus(error)
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const credentials = {
      user_name: textOf(event.currentTarget, 'user_name'),
      password: exactTextOf(event.currentTarget, 'password'),
    }
    const found = validateCredentials(credentials, fresh)
    setErrors(found)
    if (Object.keys(found).length === 0) onSubmit(credentials)
    else focusFirstInvalid(event.currentTarget)
  }
  const userName = errors.user_name ?? fieldMessage(error, 'user_name')
  const password = errors.password ?? fieldMessage(error, 'password')
  const known = userName !== undefined || password !== undefined
  return (
    <form ref={ref} onSubmit={submit} noValidate className="space-y-5">
      {error !== null && !known && <Failure error={error} />}
      <TextField
        label="User name"
        name="user_name"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        error={userName}
      />
      <TextField
        label="Password"
        name="password"
        type="password"
        autoComplete={fresh ? 'new-password' : 'current-password'}
        required
        hint={fresh ? 'At least 8 characters. A few words are better than one.' : undefined}
        error={password}
      />
      <Button type="submit" look="primary" busy={busy} className="w-full">
        {action}
      </Button>
    </form>
  )
}
