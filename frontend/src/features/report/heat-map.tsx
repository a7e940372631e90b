import { scaleBand } from '@visx/scale'
import type { ReactElement } from 'react'

import { BottomAxis, Chart, type Room } from '@/components/ui/chart'

const rowHeight = 15
const roomBelow = 52
/** A value above nothing is never so faint that it looks like nothing. */
const faintest = 0.08
const labelWidth = 22

/** Numbers by row and column. */
export interface Grid {
  title: string
  /** What the columns and the rows are. */
  xLabel: string
  yLabel: string
  x: readonly string[]
  y: readonly string[]
  /** A row for each of `y`, with a value for each of `x`; null where there can be none. */
  values: readonly (readonly (number | null)[])[]
  /** A value in words. */
  format: (value: number) => string
  note: string
}

/** How dark a value is drawn, from nothing to 1 for the largest. */
export const darkness = (value: number, most: number): number =>
  value <= 0 || most <= 0 ? 0 : faintest + (1 - faintest) * (value / most)

export const largestOf = (grid: Grid): number =>
  Math.max(0, ...grid.values.flatMap((row) => row.filter((value) => value !== null)))

function Cells({ grid, room }: { grid: Grid; room: Room }): ReactElement {
  const across = scaleBand({ domain: [...grid.x.keys()], range: [0, room.width], padding: 0.06 })
  const down = scaleBand({ domain: [...grid.y.keys()], range: [0, room.height], padding: 0.06 })
  const most = largestOf(grid)
  const every = Math.ceil((grid.x.length * labelWidth) / room.width)
  return (
    <>
      {grid.values.map((row, y) =>
        row.map(
          (value, x) =>
            value !== null && (
              <g key={`${y} ${x}`} transform={`translate(${across(x) ?? 0},${down(y) ?? 0})`}>
                <title>{`${grid.y[y] ?? ''}, ${grid.xLabel} ${grid.x[x] ?? ''}: ${grid.format(value)}`}</title>
                <rect width={across.bandwidth()} height={down.bandwidth()} rx="1.5" className="fill-sunken" />
                <rect
                  width={across.bandwidth()}
                  height={down.bandwidth()}
                  rx="1.5"
                  fillOpacity={darkness(value, most)}
                  className="fill-accent"
                />
              </g>
            ),
        ),
      )}
      {grid.y.map((name, y) => (
        <text
          key={name}
          x={-6}
          y={(down(y) ?? 0) + down.bandwidth() / 2}
          dy="0.32em"
          textAnchor="end"
          className="fill-muted text-[11px]"
        >
          {name}
        </text>
      ))}
      <BottomAxis
        scale={across}
        room={room}
        ticks={[...grid.x.keys()].filter((place) => place % every === 0)}
        format={(place) => grid.x[place] ?? ''}
      />
    </>
  )
}

/** Numbers by row and column as cells, the larger the darker; the numbers belong beside it. */
export function HeatMap({ grid }: { grid: Grid }): ReactElement {
  const rowsHeight = grid.y.length < 10 ? 178 : grid.y.length * rowHeight
  return (
    <Chart label={grid.title} xLabel={grid.xLabel} height={rowsHeight + roomBelow}>
      {(room) => <Cells grid={grid} room={room} />}
    </Chart>
  )
}
