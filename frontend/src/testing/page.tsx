import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render } from '@testing-library/react'
import type { ReactElement } from 'react'
import { createMemoryRouter, RouterProvider, type RouteObject } from 'react-router'

import { Toasts } from '@/components/ui/toasts'

type Router = ReturnType<typeof createMemoryRouter>

/** Renders routes at an address, with everything that the app puts around them. Returns the router. */
export function renderRoutes(routes: RouteObject[], address: string): Router {
  const router = createMemoryRouter([...routes, { path: '*', element: <p>elsewhere</p> }], {
    initialEntries: [address],
  })
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
      <Toasts />
    </QueryClientProvider>,
  )
  return router
}

/** Renders one element at an address. */
export const renderPage = (element: ReactElement, address = '/', path = '/'): Router =>
  renderRoutes([{ path, element }], address)

/** Where a router stands, as an address. */
export const addressOf = ({ state: { location } }: Router): string => location.pathname + location.search
