import { scaleBand, scaleLinear } from '@visx/scale'
import type { ReactElement, ReactNode } from 'react'

import { BottomAxis, Chart, LeftAxis, type Room } from '@/components/ui/chart'
import { Numbers } from '@/components/ui/numbers'
import { formatNumber } from '@/lib/format'

/** A plot with its title, a sentence on what it says, and its numbers on demand. */
export function SmallPlot({
  title,
  note,
  xLabel,
  columns,
  rows,
  children,
}: {
  title: string
  note: ReactNode
  xLabel: string
  /** Of the table that has the same numbers. */
  columns: readonly [string, ...string[]]
  rows: readonly (readonly unknown[])[]
  children: (room: Room) => ReactNode
}): ReactElement {
  return (
    <figure className="min-w-0 rounded-xl border border-line bg-surface p-4">
      <figcaption className="mb-3">
        <h3 className="text-sm font-semibold">{title}</h3>
        <p className="text-sm text-muted tabular-nums">{note}</p>
      </figcaption>
      <Chart label={`Plot of ${title.toLowerCase()}`} xLabel={xLabel} height={170}>
        {children}
      </Chart>
      <Numbers label={`Numbers of ${title.toLowerCase()}`} columns={columns} rows={rows} className="mt-2" />
    </figure>
  )
}

/** A bar for each value; one that is not there has none. */
export function Bars({
  names,
  values,
  room,
}: {
  /** Short enough to stand below a bar; an empty one is left out. */
  names: readonly string[]
  values: readonly (number | null)[]
  room: Room
}): ReactElement {
  const most = Math.max(...values.map((value) => value ?? 0), 1e-9)
  const down = scaleLinear({ domain: [0, most], range: [room.height, 0], nice: 3 })
  const across = scaleBand({ domain: [...values.keys()], range: [0, room.width] })
  const step = across.step()
  return (
    <>
      <LeftAxis scale={down} room={room} ticks={down.ticks(3)} format={(value) => formatNumber(+value)} />
      {values.map((value, place) => (
        <rect
          key={place}
          x={(place + 0.12) * step}
          y={down(value ?? 0)}
          width={step * 0.76}
          height={room.height - down(value ?? 0)}
          className="fill-accent"
        />
      ))}
      <BottomAxis
        scale={across}
        room={room}
        ticks={[...values.keys()].filter((place) => names[place] !== '')}
        format={(place) => names[place] ?? ''}
      />
    </>
  )
}
