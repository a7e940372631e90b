import type { ReactElement } from 'react'

import { formatNumber } from '@/lib/format'

import { sharesByTenth, type SkewPath } from './skew'

const what = {
  'skew.products': { tenth: 'products', of: 'sales' },
  'skew.customers': { tenth: 'customers', of: 'orders' },
} as const
const height = 40

/** What a skew means: the share of each tenth, best first. */
export function SkewPlot({ path, exponent }: { path: SkewPath; exponent: number }): ReactElement {
  const shares = sharesByTenth(path, exponent)
  const [best = 0] = shares
  const { tenth, of } = what[path]
  return (
    <figure className="mt-2 flex items-end gap-3 text-sm text-muted">
      <svg viewBox={`0 0 100 ${String(height)}`} aria-hidden="true" className="h-10 w-25 shrink-0">
        {shares.map((share, place) => {
          const tall = Math.max(1, (height * share) / best)
          return (
            <rect
              key={place}
              x={place * 10 + 1}
              y={height - tall}
              width="8"
              height={tall}
              className="fill-accent"
            />
          )
        })}
      </svg>
      <figcaption>
        The best tenth of {tenth} makes {formatNumber(Math.round(best * 100))} % of {of}.
      </figcaption>
    </figure>
  )
}
