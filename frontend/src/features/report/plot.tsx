import { scaleBand, scaleLinear, scaleLog } from 'd3-scale'
import type { ReactElement, ReactNode } from 'react'

import type { Figure } from '@/lib/api/types'
import { formatNumber } from '@/lib/format'

const frame = { width: 380, height: 230, left: 48, right: 372, top: 8, bottom: 186 }
const mostLabels = 12

interface Series {
  x: readonly (string | number)[]
  y: readonly number[]
  expected: readonly number[]
}

function Text({ x, y, end, children }: { x: number; y: number; end?: boolean; children: ReactNode }) {
  return (
    <text x={x} y={y} textAnchor={end === true ? 'end' : 'middle'} className="fill-muted text-[11px]">
      {children}
    </text>
  )
}

function Grid({ ticks, down }: { ticks: readonly number[]; down: (value: number) => number }): ReactElement {
  return (
    <>
      {ticks.map((tick) => (
        <g key={tick}>
          <path d={`M${frame.left} ${down(tick)}H${frame.right}`} className="stroke-line" />
          <Text x={frame.left - 6} y={down(tick) + 4} end>
            {formatNumber(tick)}
          </Text>
        </g>
      ))}
    </>
  )
}

/** A bar for each value, and a mark across it where it was expected. */
function Bars({ x, y, expected }: Series): ReactElement {
  const down = scaleLinear([0, Math.max(...y, ...expected, 1e-9)], [frame.bottom, frame.top]).nice(4)
  const across = scaleBand([...x.keys()], [frame.left, frame.right])
  const step = across.step()
  const leftOf = (place: number): number => frame.left + place * step
  const every = Math.ceil(x.length / mostLabels)
  return (
    <>
      <Grid ticks={down.ticks(4)} down={down} />
      {y.map((value, place) => (
        <rect
          key={place}
          x={leftOf(place) + step * 0.12}
          y={down(value)}
          width={step * 0.76}
          height={frame.bottom - down(value)}
          className="fill-accent"
        />
      ))}
      {expected.map((value, place) => (
        <path
          key={place}
          d={`M${leftOf(place)} ${down(value)}h${step}`}
          className="stroke-warn"
          strokeWidth="2"
        />
      ))}
      {x.map(
        (name, place) =>
          place % every === 0 && (
            <Text key={place} x={leftOf(place) + step / 2} y={frame.bottom + 16}>
              {name}
            </Text>
          ),
      )}
    </>
  )
}

/** Points of the values and a line of what was expected, both axes logarithmic. */
function LogLog({ x, y, expected }: Series): ReactElement {
  const places = x.map(Number)
  const across = scaleLog([1, Math.max(...places, 10)], [frame.left, frame.right]).nice()
  const lowest = Math.min(...y, ...expected, 1)
  const down = scaleLog([lowest, Math.max(...y, ...expected, 10)], [frame.bottom, frame.top]).nice()
  const line = expected.map((value, place) => `${across(places[place] ?? 1)},${down(value)}`).join(' ')
  return (
    <>
      <Grid ticks={powersOfTen(down.domain())} down={down} />
      {powersOfTen(across.domain()).map((power) => (
        <Text key={power} x={across(power)} y={frame.bottom + 16}>
          {formatNumber(power)}
        </Text>
      ))}
      {y.map((value, place) => (
        <circle key={place} cx={across(places[place] ?? 1)} cy={down(value)} r="2" className="fill-accent" />
      ))}
      <polyline points={line} fill="none" strokeWidth="2" className="stroke-warn" />
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
  const series = { x: figure.x, y: figure.y, expected: figure.expected ?? [] }
  return (
    <svg
      viewBox={`0 0 ${frame.width} ${frame.height}`}
      role="img"
      aria-label={figure.title}
      className="w-full"
    >
      {figure.kind === 'log_log' ? <LogLog {...series} /> : <Bars {...series} />}
      <Text x={(frame.left + frame.right) / 2} y={frame.height - 8}>
        {figure.x_label}
      </Text>
    </svg>
  )
}
