import type { ReactElement } from 'react'

/** How much of `total` is done; indeterminate where the total is not known. */
export function ProgressBar({
  label,
  done,
  total,
  thin = false,
}: {
  label: string
  done: number
  total: number
  thin?: boolean
}): ReactElement {
  return (
    <progress
      aria-label={label}
      value={Math.min(done, Math.max(total, 1))}
      max={Math.max(total, 1)}
      className={thin ? 'bar h-1.5' : 'bar h-3'}
    />
  )
}
