import type { ReactElement } from 'react'
import { Outlet } from 'react-router'

import { useSession } from '@/lib/session/store'

import { NotFoundPage } from './not-found-page'

/** For everybody who is no administrator there is nothing here. */
export function AdminOnly(): ReactElement {
  return useSession((session) => session.user?.role) === 'admin' ? <Outlet /> : <NotFoundPage />
}
