import { useState, type ReactElement } from 'react'

import { Button } from '@/components/ui/button'
import { Confirm } from '@/components/ui/dialog'
import { Failure } from '@/components/ui/notice'
import { toast } from '@/components/ui/toasts'
import type { ListedUser, UserChange } from '@/lib/api/types'

import { useChangeUser } from './api'

interface Change {
  button: string
  title: string
  meaning: string
  done: string
  body: UserChange
}

function roleChange({ user_name: name, role }: ListedUser): Change {
  return role === 'admin'
    ? {
        button: 'Make customer',
        title: `Make ${name} a customer?`,
        meaning: `${name} sees these pages no more, within a quarter of an hour at the latest.`,
        done: `${name} is a customer.`,
        body: { role: 'customer' },
      }
    : {
        button: 'Make admin',
        title: `Make ${name} an administrator?`,
        meaning: `${name} will see and change what you see here, your account too, within a quarter of an hour.`,
        done: `${name} is an administrator.`,
        body: { role: 'admin' },
      }
}

function accessChange({ user_name: name, disabled_at: since }: ListedUser): Change {
  return since == null
    ? {
        button: 'Disable',
        title: `Disable ${name}?`,
        meaning: `${name} is signed out and cannot sign in, and personal tokens are refused, within a quarter of an hour at the latest. Jobs go on and datasets stay.`,
        done: `${name} is disabled.`,
        body: { disabled: true },
      }
    : {
        button: 'Enable',
        title: `Enable ${name}?`,
        meaning: `${name} can sign in again with the same password, and personal tokens work again.`,
        done: `${name} is enabled.`,
        body: { disabled: false },
      }
}

function ChangeButton({ user, change }: { user: ListedUser; change: Change }): ReactElement {
  const [asking, setAsking] = useState(false)
  const mutation = useChangeUser(user.id)
  const close = (): void => {
    setAsking(false)
    mutation.reset()
  }
  const confirm = (): void =>
    mutation.mutate(change.body, {
      onSuccess: () => {
        toast(change.done)
        close()
      },
    })
  return (
    <>
      <Button
        size="small"
        look={change.body.disabled === true ? 'danger' : 'secondary'}
        aria-label={`${change.button}: ${user.user_name}`}
        onClick={() => setAsking(true)}
      >
        {change.button}
      </Button>
      {asking && (
        <Confirm
          title={change.title}
          action={change.button}
          dismiss="Leave it as it is"
          dangerous={change.body.disabled !== false}
          busy={mutation.isPending}
          onConfirm={confirm}
          onClose={close}
        >
          {change.meaning}
          {mutation.error !== null && (
            <div className="mt-4">
              <Failure error={mutation.error} />
            </div>
          )}
        </Confirm>
      )}
    </>
  )
}

/** Gives a user another role, disables or enables the account. */
export function UserActions({ user }: { user: ListedUser }): ReactElement {
  return (
    <div className="flex justify-end gap-2">
      <ChangeButton user={user} change={roleChange(user)} />
      <ChangeButton user={user} change={accessChange(user)} />
    </div>
  )
}
