import { useState, type ReactElement, type SubmitEvent } from 'react'

import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { TextField } from '@/components/ui/field'
import { Failure } from '@/components/ui/notice'
import { useRefusalFocus } from '@/hooks/use-refusal-focus'
import { fieldMessage } from '@/lib/api/problem'
import { exactTextOf, focusFirstInvalid, textOf } from '@/lib/forms'

import { useDeleteAccount } from './api'

interface ValidationErrors {
  name?: string
  password?: string
}

function validate(userName: string, name: string, password: string): ValidationErrors {
  return {
    ...(name.toLowerCase() !== userName.toLowerCase() && { name: `Type ${userName} to go on.` }),
    ...(password === '' && { password: 'Enter your password.' }),
  }
}

function DeleteDialog({ userName, onClose }: { userName: string; onClose: () => void }): ReactElement {
  const [errors, setErrors] = useState<ValidationErrors>({})
  const remove = useDeleteAccount()
  const ref = useRefusalFocus(remove.error)
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const form = event.currentTarget
    const password = exactTextOf(form, 'password')
    const found = validate(userName, textOf(form, 'name'), password)
    setErrors(found)
    remove.reset()
    if (Object.keys(found).length > 0) {
      focusFirstInvalid(form)
      return
    }
    remove.mutate(password)
  }
  const wrong = errors.password ?? fieldMessage(remove.error, 'password')
  return (
    <Dialog title="Delete your account?" onClose={onClose}>
      <form ref={ref} onSubmit={submit} noValidate className="space-y-5">
        <p className="text-sm text-muted">
          All your datasets, tables and files, sessions and tokens go with it. Nobody can bring them back.
        </p>
        {remove.error !== null && wrong === undefined && <Failure error={remove.error} />}
        <TextField
          label={`Your user name, ${userName}`}
          name="name"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          error={errors.name}
        />
        <TextField
          label="Your password"
          name="password"
          type="password"
          autoComplete="current-password"
          error={wrong}
        />
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>Keep my account</Button>
          <Button type="submit" look="danger" busy={remove.isPending}>
            Delete my account
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

/** Deletes the account of who is signed in, after its name and password. */
export function DeleteAccount({ userName }: { userName: string }): ReactElement {
  const [asking, setAsking] = useState(false)
  return (
    <div className="space-y-4">
      <ul className="list-disc space-y-1 pl-5 text-sm text-muted">
        <li>Your datasets are deleted, with their tables and files.</li>
        <li>Jobs that are not finished are cancelled.</li>
        <li>Your sessions and personal tokens end, and programs lose their access by SQL.</li>
        <li>Your user name is free for others.</li>
      </ul>
      <Button look="danger" onClick={() => setAsking(true)}>
        Delete account
      </Button>
      {asking && <DeleteDialog userName={userName} onClose={() => setAsking(false)} />}
    </div>
  )
}
