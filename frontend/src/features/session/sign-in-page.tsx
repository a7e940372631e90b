import type { ReactElement } from 'react'
import { Link, useLocation } from 'react-router'

import { useSignIn } from './api'
import { CredentialsForm } from './credentials-form'
import { AuthLayout } from './auth-layout'

export function SignInPage(): ReactElement {
  const signIn = useSignIn()
  const { state } = useLocation() as { state: unknown }
  return (
    <AuthLayout
      title="Sign in"
      below={
        <>
          New here?{' '}
          <Link to="/sign-up" state={state} className="font-medium text-accent underline underline-offset-4">
            Make an account
          </Link>
        </>
      }
    >
      <CredentialsForm
        fresh={false}
        action="Sign in"
        busy={signIn.isPending}
        error={signIn.error}
        onSubmit={(credentials) => signIn.mutate(credentials)}
      />
    </AuthLayout>
  )
}
