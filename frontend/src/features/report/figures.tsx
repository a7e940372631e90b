import type { ReactElement } from 'react'

import { ValueTable } from '@/components/ui/value-table'
import type { Figure } from '@/lib/api/types'

import { Plot } from './plot'

function FigureCard({ figure }: { figure: Figure }): ReactElement {
  const expected = figure.expected
  const columns = [figure.x_label, figure.y_label, ...(expected == null ? [] : ['expected'])]
  const rows = figure.x.map((x, place) => [x, figure.y[place], expected?.[place]])
  return (
    <figure className="min-w-0 rounded-xl border border-line bg-surface p-4 sm:p-5">
      <h3 className="mb-3 font-medium">{figure.title}</h3>
      <Plot figure={figure} />
      <figcaption className="mt-2 text-sm text-muted">{figure.note}</figcaption>
      <details className="mt-3 text-sm">
        <summary className="rounded text-muted hover:text-ink">Numbers</summary>
        <div className="mt-3">
          <ValueTable label={`Numbers of ${figure.title}`} columns={columns} rows={rows} />
        </div>
      </details>
    </figure>
  )
}

/** What is stored beside what the spec asks for, as pictures and as numbers. */
export function Figures({ figures }: { figures: readonly Figure[] }): ReactElement {
  return (
    <section className="space-y-4">
      <div>
        <h2 className="text-lg font-semibold">Skew and season</h2>
        <p className="mt-1 text-sm text-muted">
          Bars and dots are what is stored, lines what the spec asks for.
        </p>
      </div>
      <div className="grid items-start gap-4 md:grid-cols-2 xl:grid-cols-3">
        {figures.map((figure) => (
          <FigureCard key={figure.name} figure={figure} />
        ))}
      </div>
    </section>
  )
}
