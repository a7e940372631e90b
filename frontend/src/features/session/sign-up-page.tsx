import type { ReactElement } from 'react'
import { Link, useLocation } from 'react-router'

import { useSignUp } from './api'
import { CredentialsForm } from './credentials-form'
import { AuthLayout } from './auth-layout'

export function SignUpPage(): ReactElement {
  const signUp = useSignUp()
  const { state } = useLocation() as { state: unknown }
  return (
    <AuthLayout
      title="Make an account"
      below={
        <>
          Already have one?{' '}
          <Link to="/sign-in" state={state} className="font-medium text-accent underline underline-offset-4">
            Sign in
          </Link>
        </>
      }
    >
      <CredentialsForm
        fresh
        action="Make account"
        busy={signUp.isPending}
        error={signUp.error}
        onSubmit={(credentials) => signUp.mutate(credentials)}
      />
    </AuthLayout>
  )
}
