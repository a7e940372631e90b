import { QueryClientProvider } from '@tanstack/react-query'
import { useEffect, type ReactElement } from 'react'
import { RouterProvider } from 'react-router'

import { Toasts } from '@/components/ui/toasts'
import { listenForSignOut } from '@/lib/session/channel'

import { queryClient } from './query-client'
import { router } from './router'

/** The whole interface. */
export function App(): ReactElement {
  useEffect(listenForSignOut, [])
  return (
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
      <Toasts />
    </QueryClientProvider>
  )
}
