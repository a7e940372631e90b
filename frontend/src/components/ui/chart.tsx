import { AxisBottom, AxisLeft, type AxisScale, type TickFormatter, type TickRendererProps } from '@visx/axis'
import { GridRows } from '@visx/grid'
import type { ScaleInput } from '@visx/scale'
import type { ReactElement, ReactNode } from 'react'

import { useNear } from '@/hooks/use-near'
import { useWidth } from '@/hooks/use-width'

/** Room around what is drawn: for the numbers on the left, and for those and a line of words below. */
const margin = { left: 56, right: 16, top: 8, bottom: 44 }
/** What a chart is drawn for until its place is measured. */
const firstWidth = 380

/** The room between the axes, in pixels. */
export interface Room {
  width: number
  height: number
}

interface Picture {
  label: string
  xLabel: string
  height: number
  /** Draws between the axes, from the top left corner. */
  children: (room: Room) => ReactNode
}

/** A picture of numbers, as wide as its place, drawn when it comes near. Its numbers belong beside it in words. */
export function Chart(picture: Picture): ReactElement {
  const [watch, near] = useNear()
  return (
    <div ref={watch}>
      {near ? <Drawing {...picture} /> : <svg height={picture.height} className="block" />}
    </div>
  )
}

function Drawing({ label, xLabel, height, children }: Picture): ReactElement {
  const [measure, measured] = useWidth(firstWidth)
  const width = Math.max(measured, margin.left + margin.right + 1)
  const room = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom }
  // Where less motion is asked for, everything has a transition of hardly any length, which left paths behind.
  return (
    <div ref={measure} className="w-full overflow-hidden">
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={label}
        className="block [&_*]:transition-none"
      >
        <g transform={`translate(${margin.left},${margin.top})`}>
          {children(room)}
          <text
            x={room.width / 2}
            y={room.height + 36}
            textAnchor="middle"
            className="fill-muted text-[11px]"
          >
            {xLabel}
          </text>
        </g>
      </svg>
    </div>
  )
}

function Tick({ x, y, dx, dy, textAnchor, formattedValue }: TickRendererProps): ReactElement {
  return (
    <text x={x} y={y} dx={dx} dy={dy} textAnchor={textAnchor} className="fill-muted text-[11px]">
      {formattedValue}
    </text>
  )
}

interface AxisProps<Scale extends AxisScale> {
  scale: Scale
  room: Room
  /** The values that are named, and how. */
  ticks: ScaleInput<Scale>[]
  format: TickFormatter<ScaleInput<Scale>>
}

/** The numbers on the left, each with a line across. */
export function LeftAxis<Scale extends AxisScale>({
  scale,
  room,
  ticks,
  format,
}: AxisProps<Scale>): ReactElement {
  return (
    <>
      <GridRows scale={scale} width={room.width} tickValues={ticks} stroke="var(--line)" />
      <AxisLeft
        scale={scale}
        tickValues={ticks}
        tickFormat={format}
        tickComponent={Tick}
        tickLength={4}
        hideAxisLine
        hideTicks
      />
    </>
  )
}

/** The names or numbers below. */
export function BottomAxis<Scale extends AxisScale>({
  scale,
  room,
  ticks,
  format,
}: AxisProps<Scale>): ReactElement {
  return (
    <AxisBottom
      scale={scale}
      top={room.height}
      tickValues={ticks}
      tickFormat={format}
      tickComponent={Tick}
      tickLength={4}
      hideAxisLine
      hideTicks
    />
  )
}
