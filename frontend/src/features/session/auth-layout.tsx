import type { ReactElement, ReactNode } from 'react'
import { Navigate, useLocation } from 'react-router'

import { Card } from '@/components/ui/page'
import { useSession } from '@/lib/session/store'

/** Where one wanted to go before being asked to sign in. */
function returnPath(state: unknown): string {
  const from = typeof state === 'object' && state !== null && 'from' in state ? state.from : null
  return typeof from === 'string' ? from : '/'
}

/** The frame of the sign-in and sign-up pages; who is signed in is sent on. */
export function AuthLayout({
  title,
  below,
  children,
}: {
  title: string
  below: ReactNode
  children: ReactNode
}): ReactElement {
  const status = useSession((session) => session.status)
  const { state } = useLocation() as { state: unknown }
  if (status === 'signed-in') return <Navigate to={returnPath(state)} replace />
  return (
    <div className="mx-auto max-w-sm py-6 sm:py-14">
      <title>{`${title} · Cartload`}</title>
      <h1 className="text-2xl font-semibold">{title}</h1>
      <p className="mt-2 mb-6 text-muted">Whole e-commerce businesses, made out of nothing.</p>
      <Card>{children}</Card>
      <p className="mt-6 text-center text-sm text-muted">{below}</p>
    </div>
  )
}
