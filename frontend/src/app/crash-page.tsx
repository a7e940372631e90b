import type { ReactElement } from 'react'

import { Button } from '@/components/ui/button'

/** Shown when a page breaks; the rest of Cartload goes on. */
export function CrashPage(): ReactElement {
  return (
    <main className="mx-auto max-w-xl px-4 py-24 text-center">
      <title>Something broke · Cartload</title>
      <h1 className="text-2xl font-semibold">This page broke</h1>
      <p className="mt-3 mb-8 text-muted">
        Your datasets and jobs are not affected. Loading the page again often helps.
      </p>
      <Button look="primary" onClick={() => window.location.reload()}>
        Load again
      </Button>
    </main>
  )
}
