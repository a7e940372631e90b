import type { ReactElement, ReactNode } from 'react'

/** The top of a page: its title (also the window's), a line below it, and what can be done. */
export function PageHeader({
  title,
  windowTitle = title,
  above,
  below,
  actions,
}: {
  title: string
  windowTitle?: string
  above?: ReactNode
  below?: ReactNode
  actions?: ReactNode
}): ReactElement {
  return (
    <header className="mb-8 flex flex-wrap items-end justify-between gap-x-6 gap-y-4">
      <title>{`${windowTitle} · Cartload`}</title>
      <div className="min-w-0">
        {above != null && <div className="mb-2 text-sm text-muted">{above}</div>}
        <h1 className="text-2xl font-semibold break-words sm:text-3xl">{title}</h1>
        {below != null && <div className="mt-2 text-sm text-muted">{below}</div>}
      </div>
      {actions != null && <div className="flex flex-wrap gap-2">{actions}</div>}
    </header>
  )
}

/** A surface that holds one thing. */
export function Card({
  children,
  className = 'p-5 sm:p-6',
}: {
  children: ReactNode
  className?: string
}): ReactElement {
  return <section className={`rounded-xl border border-line bg-surface ${className}`}>{children}</section>
}

/** Facts as a list of name and value. */
export function Facts({ items }: { items: readonly (readonly [string, ReactNode])[] }): ReactElement {
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-4">
      {items.map(([name, value]) => (
        <div key={name} className="min-w-0">
          <dt className="text-sm text-muted">{name}</dt>
          <dd className="mt-0.5 font-medium break-words tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
