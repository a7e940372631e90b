import type { ReactElement, ReactNode } from 'react'

import { Numbers } from '@/components/ui/numbers'
import type { Figure } from '@/lib/api/types'
import { formatNumber } from '@/lib/format'

import { HeatMap, type Grid } from './heat-map'
import { Plot } from './plot'

function PlotCard({
  title,
  note,
  columns,
  rows,
  children,
}: {
  title: string
  note: string
  columns: readonly string[]
  rows: readonly (readonly unknown[])[]
  children: ReactNode
}): ReactElement {
  return (
    <figure className="min-w-0 rounded-xl border border-line bg-surface p-4 sm:p-5">
      <h3 className="mb-3 font-medium">{title}</h3>
      {children}
      <figcaption className="mt-2 text-sm text-muted">{note}</figcaption>
      <Numbers label={`Numbers of ${title}`} columns={columns} rows={rows} className="mt-3" />
    </figure>
  )
}

/** A figure as a picture, and its numbers as a table. */
export function FigureCard({ figure }: { figure: Figure }): ReactElement {
  const expected = figure.expected
  return (
    <PlotCard
      title={figure.title}
      note={figure.note}
      columns={[figure.x_label, figure.y_label, ...(expected == null ? [] : ['expected'])]}
      rows={figure.x.map((x, place) => [x, figure.y[place], expected?.[place]])}
    >
      <Plot figure={figure} />
    </PlotCard>
  )
}

/** Numbers by row and column as a picture, and as a table of as many rows and columns. */
export function GridCard({ grid }: { grid: Grid }): ReactElement {
  return (
    <PlotCard
      title={grid.title}
      note={grid.note}
      columns={[grid.yLabel, ...grid.x]}
      rows={grid.y.map((name, y) => [
        name,
        ...(grid.values[y] ?? []).map((value) => (value === null ? '' : formatNumber(value))),
      ])}
    >
      <HeatMap grid={grid} />
    </PlotCard>
  )
}
