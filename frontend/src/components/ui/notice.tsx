import type { ReactElement, ReactNode } from 'react'

import { ApiError, messageOf } from '@/lib/api/problem'
import { classes } from '@/lib/classes'

import { Button, ButtonLink, Spinner } from './button'

const tones = {
  danger: 'border-danger/40 bg-danger-soft text-danger',
  warn: 'border-warn/40 bg-warn-soft text-warn',
  good: 'border-good/40 bg-good-soft text-good',
  plain: 'border-line bg-sunken text-ink',
} as const

/** A boxed remark; a dangerous one is read out at once. */
export function Notice({
  tone = 'plain',
  children,
}: {
  tone?: keyof typeof tones
  children: ReactNode
}): ReactElement {
  return (
    <div
      role={tone === 'danger' ? 'alert' : undefined}
      className={classes('rounded-lg border px-4 py-3 text-sm', tones[tone])}
    >
      {children}
    </div>
  )
}

/** What went wrong, with a way to try again where there is one. */
export function Failure({ error, retry }: { error: unknown; retry?: () => unknown }): ReactElement {
  return (
    <Notice tone="danger">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p>{messageOf(error)}</p>
        {retry !== undefined && (
          <Button size="small" onClick={() => void retry()}>
            Try again
          </Button>
        )}
      </div>
    </Notice>
  )
}

/** Shown while something is fetched. */
export function Loading({ what }: { what: string }): ReactElement {
  return (
    <p role="status" className="flex items-center gap-3 py-10 text-sm text-muted">
      <Spinner />
      Loading {what}…
    </p>
  )
}

/** Shown where a list has nothing in it: what would be here, and how to get it. */
export function Empty({
  title,
  as: Title = 'p',
  children,
  action,
}: {
  title: string
  as?: 'p' | 'h1'
  children?: ReactNode
  action?: ReactNode
}): ReactElement {
  return (
    <div className="rounded-xl border border-dashed border-line-strong/60 px-6 py-14 text-center">
      <Title className="text-lg font-semibold">{title}</Title>
      {children != null && <p className="mx-auto mt-2 max-w-prose text-sm text-muted">{children}</p>}
      {action != null && <div className="mt-6 flex justify-center">{action}</div>}
    </div>
  )
}

/** Nothing has that id: 404, or 422 where it is no id at all. */
const isMissing = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 404 || error.status === 422)

/** In place of a page whose thing could not be fetched: one that is not there is said plainly. */
export function PageFailure({
  what,
  error,
  retry,
}: {
  what: string
  error: unknown
  retry: () => unknown
}): ReactElement {
  if (!isMissing(error)) return <Failure error={error} retry={retry} />
  return (
    <Empty as="h1" title={`There is no such ${what}`} action={<ButtonLink to="/">Go to datasets</ButtonLink>}>
      It may have been deleted, or it belongs to another account.
    </Empty>
  )
}
