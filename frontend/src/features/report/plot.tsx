import { scaleBand, scaleLinear, scaleLog } from '@visx/scale'
import { LinePath } from '@visx/shape'
import type { ReactElement } from 'react'

import { BottomAxis, Chart, LeftAxis, type Room } from '@/components/ui/chart'
import type { Figure } from '@/lib/api/types'
import { formatCompact } from '@/lib/format'

const mostLabels = 12
/** The room that a letter of a label needs, and that between two labels. */
const letterWidth = 6.5
const betweenLabels = 10

/** Each how manyth label is drawn, so that none runs into the next. */
export function stepOfLabels(labels: readonly string[], width: number): number {
  const longest = Math.max(...labels.map((label) => label.length)) * letterWidth + betweenLabels
  return Math.ceil(labels.length / Math.min(mostLabels, Math.max(1, Math.floor(width / longest))))
}

interface Series {
  x: readonly (string | number)[]
  y: readonly number[]
  expected: readonly number[]
  room: Room
}

/** A bar for each value, and a mark across it where it was expected. */
function Bars({ x, y, expected, room }: Series): ReactElement {
  const down = scaleLinear({
    domain: [0, Math.max(...y, ...expected, 1e-9)],
    range: [room.height, 0],
    nice: 4,
  })
  const across = scaleBand({ domain: [...x.keys()], range: [0, room.width] })
  const step = across.step()
  const every = stepOfLabels(x.map(String), room.width)
  return (
    <>
      <LeftAxis scale={down} room={room} ticks={down.ticks(4)} format={(value) => formatCompact(+value)} />
      {y.map((value, place) => (
        <rect
          key={place}
          x={(place + 0.12) * step}
          y={down(value)}
          width={step * 0.76}
          height={room.height - down(value)}
          className="fill-accent"
        />
      ))}
      {expected.map((value, place) => (
        <path
          key={place}
          d={`M${place * step} ${down(value)}h${step}`}
          className="stroke-warn"
          strokeWidth="2"
        />
      ))}
      <BottomAxis
        scale={across}
        room={room}
        ticks={[...x.keys()].filter((place) => place % every === 0)}
        format={(place) => String(x[place] ?? '')}
      />
    </>
  )
}

/** Points of the values and a line of what was expected, both axes logarithmic. */
function LogLog({ x, y, expected, room }: Series): ReactElement {
  const places = x.map(Number)
  const across = scaleLog({ domain: [1, Math.max(...places, 10)], range: [0, room.width], nice: true })
  const lowest = Math.min(...y, ...expected, 1)
  const down = scaleLog({
    domain: [lowest, Math.max(...y, ...expected, 10)],
    range: [room.height, 0],
    nice: true,
  })
  const at = (place: number): number => across(places[place] ?? 1)
  return (
    <>
      <LeftAxis
        scale={down}
        room={room}
        ticks={powersOfTen(down.domain())}
        format={(value) => formatCompact(+value)}
      />
      <BottomAxis
        scale={across}
        room={room}
        ticks={powersOfTen(across.domain())}
        format={(value) => formatCompact(+value)}
      />
      {y.map((value, place) => (
        <circle key={place} cx={at(place)} cy={down(value)} r="2" className="fill-accent" />
      ))}
      <LinePath
        data={[...expected]}
        x={(_, place) => at(place)}
        y={(value) => down(value)}
        strokeWidth={2}
        className="stroke-warn"
      />
    </>
  )
}

/** The powers of ten from the first to the last of a domain. */
export function powersOfTen(domain: readonly number[]): number[] {
  const [low = 1, high = 1] = domain.map((value) => Math.round(Math.log10(value)))
  return Array.from({ length: high - low + 1 }, (_, place) => Number(`1e${low + place}`))
}

/** A figure of a report as a picture; its numbers belong beside it. */
export function Plot({ figure }: { figure: Figure }): ReactElement {
  return (
    <Chart label={figure.title} xLabel={figure.x_label} height={230}>
      {(room) => {
        const series = { x: figure.x, y: figure.y, expected: figure.expected ?? [], room }
        return figure.kind === 'log_log' ? <LogLog {...series} /> : <Bars {...series} />
      }}
    </Chart>
  )
}
