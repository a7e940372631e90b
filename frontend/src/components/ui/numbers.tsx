import { useState, type ComponentProps, type ReactElement } from 'react'

import { classes } from '@/lib/classes'

import { ValueTable } from './value-table'

/** The numbers of a picture as a table, which is made once it is asked for: one of a week's hours has 175 cells. */
export function Numbers({
  className,
  ...table
}: ComponentProps<typeof ValueTable> & { className?: string }): ReactElement {
  const [asked, setAsked] = useState(false)
  return (
    <details className={classes('text-sm', className)} onToggle={() => setAsked(true)}>
      <summary className="rounded text-muted hover:text-ink">Numbers</summary>
      {asked && (
        <div className="mt-3">
          <ValueTable {...table} />
        </div>
      )}
    </details>
  )
}
