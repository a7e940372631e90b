import type { ReactElement } from 'react'

import { ButtonLink } from '@/components/ui/button'

/** Shown for addresses that lead nowhere. */
export function NotFoundPage(): ReactElement {
  return (
    <div className="py-20 text-center">
      <title>Not found · Cartload</title>
      <p className="text-sm font-medium text-muted">404</p>
      <h1 className="mt-2 text-3xl font-semibold">There is nothing here</h1>
      <p className="mx-auto mt-3 mb-8 max-w-prose text-muted">
        The address may be mistyped, or what it led to has been deleted.
      </p>
      <ButtonLink to="/" look="primary">
        Go to datasets
      </ButtonLink>
    </div>
  )
}
