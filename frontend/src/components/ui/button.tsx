import { LoaderCircle } from 'lucide-react'
import type { ComponentProps, ReactElement } from 'react'
import { Link } from 'react-router'

import { classes } from '@/lib/classes'

type Look = 'primary' | 'secondary' | 'danger' | 'quiet'

const looks: Record<Look, string> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-hover',
  secondary: 'border border-line-strong bg-surface text-ink hover:bg-sunken',
  danger: 'border border-danger bg-surface text-danger hover:bg-danger-soft',
  quiet: 'text-muted hover:bg-sunken hover:text-ink',
}

const shape =
  'inline-flex items-center justify-center gap-2 rounded-lg font-medium whitespace-nowrap transition-colors ' +
  'disabled:cursor-not-allowed disabled:opacity-55'

const sizes = { small: 'min-h-8 px-2.5 text-sm', normal: 'min-h-10 px-4 text-sm' } as const

interface Looks {
  look?: Look
  size?: keyof typeof sizes
}

type ButtonProps = ComponentProps<'button'> & Looks & { busy?: boolean }

/** A button; `busy` disables it and says so while its work runs. */
export function Button({
  look = 'secondary',
  size = 'normal',
  busy = false,
  type = 'button',
  disabled,
  className,
  children,
  ...rest
}: ButtonProps): ReactElement {
  return (
    <button
      type={type}
      disabled={disabled === true || busy}
      aria-busy={busy || undefined}
      className={classes(shape, sizes[size], looks[look], className)}
      {...rest}
    >
      {busy && <Spinner />}
      {children}
    </button>
  )
}

/** A link that looks like a button. */
export function ButtonLink({
  look = 'secondary',
  size = 'normal',
  className,
  ...rest
}: ComponentProps<typeof Link> & Looks): ReactElement {
  return <Link className={classes(shape, sizes[size], looks[look], className)} {...rest} />
}

/** A turning ring; what is waited for is said in words beside it. */
export function Spinner(): ReactElement {
  return <LoaderCircle className="size-4 shrink-0 animate-spin" />
}
