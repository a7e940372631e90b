import type { ReactElement } from 'react'

import type { Figure } from '@/lib/api/types'

import { FigureCard } from './plot-card'

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
