import { useEffect, type ReactElement } from 'react'
import { Navigate, Outlet, useLocation } from 'react-router'

import { useSession } from '@/lib/session/store'

import { followJobs } from './follow-jobs'
import { queryClient } from './query-client'

/** Lets only people who are signed in further, and keeps the live connection while they are. */
export function SignedIn(): ReactElement {
  const status = useSession((session) => session.status)
  const location = useLocation()
  const known = status === 'signed-in'
  useEffect(() => (known ? followJobs(queryClient) : undefined), [known])
  if (!known) return <Navigate to="/sign-in" state={{ from: location.pathname + location.search }} replace />
  return <Outlet />
}
