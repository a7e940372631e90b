import type { ComponentProps, ReactElement } from 'react'

import { classes } from '@/lib/classes'

/** A table on a surface, that scrolls sideways by itself where the window is narrow. */
export function Table({
  label,
  className,
  children,
}: {
  label: string
  className?: string
  children: ComponentProps<'table'>['children']
}): ReactElement {
  return (
    <div
      role="region"
      aria-label={label}
      tabIndex={0}
      className={classes('relative overflow-x-auto rounded-xl border border-line bg-surface', className)}
    >
      <table className="w-full text-left text-sm">
        <caption className="sr-only">{label}</caption>
        {children}
      </table>
    </div>
  )
}

export function HeadCell({ className, ...rest }: ComponentProps<'th'>): ReactElement {
  return (
    <th
      scope="col"
      className={classes('px-4 py-3 text-xs font-medium whitespace-nowrap text-muted', className)}
      {...rest}
    />
  )
}

interface HeadColumn {
  title: string
  /** Figures stand to the right. */
  figures?: boolean
  /** Only said, since what is in the column speaks for itself. */
  hidden?: boolean
  className?: string
}

const headColumn = (column: string | HeadColumn): HeadColumn =>
  typeof column === 'string' ? { title: column } : column

/** The head of a table that is not sorted: titles, or titles with how they stand. */
export function TableHead({ columns }: { columns: readonly (string | HeadColumn)[] }): ReactElement {
  return (
    <thead>
      <tr>
        {columns.map(headColumn).map(({ title, figures, hidden, className }) => (
          <HeadCell key={title} className={classes(figures && 'text-right', className)}>
            {hidden ? <span className="sr-only">{title}</span> : title}
          </HeadCell>
        ))}
      </tr>
    </thead>
  )
}

export function Row({ className, ...rest }: ComponentProps<'tr'>): ReactElement {
  return <tr className={classes('border-t border-line', className)} {...rest} />
}

export function Cell({ className, ...rest }: ComponentProps<'td'>): ReactElement {
  return <td className={classes('px-4 py-3 align-middle', className)} {...rest} />
}
