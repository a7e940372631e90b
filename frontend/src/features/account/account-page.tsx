import type { ReactElement, ReactNode } from 'react'
import { Link } from 'react-router'

import { Card, PageHeader } from '@/components/ui/page'
import { useSession } from '@/lib/session/store'

import { DeleteAccount } from './delete-account'
import { PasswordForm } from './password-form'
import { Sessions } from './sessions'

function Part({ title, below, children }: { title: string; below: ReactNode; children: ReactNode }) {
  return (
    <Card className="grid gap-x-10 gap-y-5 p-5 sm:p-6 lg:grid-cols-[16rem_minmax(0,1fr)]">
      <div>
        <h2 className="text-lg font-semibold">{title}</h2>
        <p className="mt-1 text-sm text-muted">{below}</p>
      </div>
      <div className="min-w-0">{children}</div>
    </Card>
  )
}

/** The account of who is signed in: where it is signed in, its password, its end. */
export function AccountPage(): ReactElement | null {
  const user = useSession((session) => session.user)
  if (user === null) return null
  return (
    <>
      <PageHeader
        title="Account"
        below={user.role === 'admin' ? `${user.user_name}, an administrator` : user.user_name}
      />
      <div className="space-y-6">
        <Part title="Sessions" below="Browsers and scripts that are signed in with your password.">
          <Sessions />
        </Part>
        <Part title="Password" below="A new password signs you out everywhere else.">
          <PasswordForm userName={user.user_name} />
        </Part>
        <Part title="Personal tokens" below="For scripts that act as you without your password.">
          <Link to="/tokens" className="font-medium text-accent underline underline-offset-4">
            Make and revoke tokens
          </Link>
        </Part>
        <Part title="Delete account" below="This cannot be undone.">
          <DeleteAccount userName={user.user_name} />
        </Part>
      </div>
    </>
  )
}
