import { useState, type ReactElement, type SubmitEvent } from 'react'

import { Button } from '@/components/ui/button'
import { TextField } from '@/components/ui/field'
import { Failure } from '@/components/ui/notice'
import { toast } from '@/components/ui/toasts'
import { passwordError } from '@/features/session/validate-credentials'
import { useRefusalFocus } from '@/hooks/use-refusal-focus'
import { ApiError, fieldMessage } from '@/lib/api/problem'
import { exactTextOf, focusFirstInvalid, textOf } from '@/lib/forms'

import { useChangePassword } from './api'

interface ValidationErrors {
  password?: string
  new_password?: string
}

function validatePasswords(password: string, fresh: string): ValidationErrors {
  const wrong = passwordError(fresh, true)
  return {
    ...(password === '' && { password: 'Enter your present password.' }),
    ...(wrong !== undefined && { new_password: wrong }),
    ...(wrong === undefined && fresh === password && { new_password: 'This is your present password.' }),
  }
}

const isWrongPassword = (error: Error | null): boolean => error instanceof ApiError && error.status === 401

/** Changes the password of who is signed in. */
export function PasswordForm({ userName }: { userName: string }): ReactElement {
  const [errors, setErrors] = useState<ValidationErrors>({})
  const change = useChangePassword()
  const ref = useRefusalFocus(change.error)
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const form = event.currentTarget
    const password = exactTextOf(form, 'password')
    const fresh = exactTextOf(form, 'new_password')
    const found = validatePasswords(password, fresh)
    setErrors(found)
    change.reset()
    if (Object.keys(found).length > 0) {
      focusFirstInvalid(form)
      return
    }
    const personal_tokens = textOf(form, 'keep_tokens') === 'on' ? 'keep' : 'revoke'
    change.mutate(
      { user_name: userName, password, new_password: fresh, personal_tokens },
      {
        onSuccess: () => {
          form.reset()
          toast('Your password is changed. You are signed out everywhere else.')
        },
      },
    )
  }
  const wrong = isWrongPassword(change.error) ? 'This is not your present password.' : undefined
  const present = errors.password ?? fieldMessage(change.error, 'password') ?? wrong
  const fresh = errors.new_password ?? fieldMessage(change.error, 'new_password')
  return (
    <form ref={ref} onSubmit={submit} noValidate className="max-w-md space-y-5">
      {change.error !== null && present === undefined && fresh === undefined && (
        <Failure error={change.error} />
      )}
      <input type="text" name="user_name" autoComplete="username" value={userName} readOnly hidden />
      <TextField
        label="Present password"
        name="password"
        type="password"
        autoComplete="current-password"
        error={present}
      />
      <TextField
        label="New password"
        name="new_password"
        type="password"
        autoComplete="new-password"
        hint="At least 8 characters. A few words are better than one."
        error={fresh}
      />
      <label className="flex items-start gap-2.5 text-sm">
        <input type="checkbox" name="keep_tokens" className="mt-0.5 size-4 accent-accent" />
        <span>
          Keep my personal tokens
          <span className="block text-muted">
            Otherwise they are revoked: whoever knew the old password may have made some.
          </span>
        </span>
      </label>
      <Button type="submit" look="primary" busy={change.isPending}>
        Change password
      </Button>
    </form>
  )
}
