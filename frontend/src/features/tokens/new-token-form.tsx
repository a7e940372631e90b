import { useState, type ReactElement, type SubmitEvent } from 'react'

import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { TextField } from '@/components/ui/field'
import { Failure, Notice } from '@/components/ui/notice'
import { useRefusalFocus } from '@/hooks/use-refusal-focus'
import { fieldMessage } from '@/lib/api/problem'
import { focusFirstInvalid, textOf } from '@/lib/forms'
import { parseWhole } from '@/lib/numbers'

import { useNewToken } from './api'

interface ValidationErrors {
  name?: string
  days?: string
}

function validateToken(name: string, days: number | null): ValidationErrors {
  return {
    ...(name === '' && { name: 'Give it a name to know it by.' }),
    ...((days === null || days < 1) && { days: 'Enter a whole number from 1.' }),
  }
}

/** Makes a token and shows it, this once. */
export function NewTokenForm(): ReactElement {
  const [errors, setErrors] = useState<ValidationErrors>({})
  const create = useNewToken()
  const ref = useRefusalFocus(create.error)
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const form = event.currentTarget
    const name = textOf(form, 'name')
    const days = parseWhole(textOf(form, 'expires_in_days'))
    const found = validateToken(name, days)
    setErrors(found)
    if (Object.keys(found).length > 0 || days === null) {
      focusFirstInvalid(form)
      return
    }
    create.mutate({ name, expires_in_days: days }, { onSuccess: () => form.reset() })
  }
  const wrongName = errors.name ?? fieldMessage(create.error, 'name')
  const wrongDays = errors.days ?? fieldMessage(create.error, 'expires_in_days')
  return (
    <div className="space-y-5">
      <form ref={ref} onSubmit={submit} noValidate className="flex flex-wrap items-start gap-4">
        <div className="w-full sm:w-72">
          <TextField
            label="Name"
            name="name"
            autoComplete="off"
            placeholder="nightly pipeline"
            error={wrongName}
          />
        </div>
        <div className="w-full sm:w-40">
          <TextField
            label="Days it lasts"
            name="expires_in_days"
            inputMode="numeric"
            defaultValue="90"
            error={wrongDays}
          />
        </div>
        <Button type="submit" look="primary" busy={create.isPending} className="sm:mt-[1.6875rem]">
          Make token
        </Button>
      </form>
      {create.error !== null && wrongName === undefined && wrongDays === undefined && (
        <Failure error={create.error} />
      )}
      {create.data !== undefined && (
        <Notice tone="good">
          <div role="status" className="flex flex-wrap items-center justify-between gap-3">
            <div className="min-w-0">
              <p className="font-medium">Copy it now: it is shown only this once.</p>
              <code className="mt-1 block font-mono break-all" data-testid="new-token">
                {create.data.token}
              </code>
            </div>
            <CopyButton text={create.data.token} what="token" />
          </div>
        </Notice>
      )}
    </div>
  )
}
