import { scaleLinear } from '@visx/scale'
import { AreaClosed, LinePath } from '@visx/shape'
import { useState, type PointerEvent, type ReactElement } from 'react'

import { BottomAxis, Chart, LeftAxis, type Room } from '@/components/ui/chart'
import { Numbers } from '@/components/ui/numbers'
import type { Job } from '@/lib/api/types'
import { formatCount, formatDuration, formatRate, formatStopwatch } from '@/lib/format'
import type { Observation } from '@/lib/live/observations'

import { isOver } from './states'
import { courseOf, stepsOf, timeTicks, type Step } from './throughput'

/** A first step this long, in seconds, was not watched: it is the mean of what came before. */
const unwatched = 5

const corners = (steps: readonly Step[]): [number, number][] =>
  steps.flatMap(({ from, to, rate }) => [
    [from, rate],
    [to, rate],
  ])

/** The steps as a line above an area, and the one that is pointed at. */
function Steps({
  steps,
  seen,
  room,
  pointed,
  onPoint,
}: {
  steps: readonly Step[]
  /** How many of the steps at the end were watched. */
  seen: number
  room: Room
  pointed: Step | undefined
  onPoint: (seconds: number | null) => void
}): ReactElement {
  const end = steps.at(-1)?.to ?? 1
  const across = scaleLinear({ domain: [0, end], range: [0, room.width] })
  const down = scaleLinear({
    domain: [0, Math.max(...steps.map(({ rate }) => rate), 1)],
    range: [room.height, 0],
    nice: 4,
  })
  const watched = steps.slice(steps.length - seen)
  const before = steps.slice(0, steps.length - seen)
  const point = ({ clientX, currentTarget }: PointerEvent): void => {
    const { left } = currentTarget.getBoundingClientRect()
    onPoint(across.invert(clientX - left))
  }
  return (
    <>
      <LeftAxis
        scale={down}
        room={room}
        ticks={down.ticks(4).filter(Number.isInteger)}
        format={(value) => formatCount(+value)}
      />
      <BottomAxis
        scale={across}
        room={room}
        ticks={timeTicks(end, room.width / 60)}
        format={(value) => formatStopwatch(+value)}
      />
      {pointed !== undefined && (
        <rect
          x={across(pointed.from)}
          width={across(pointed.to) - across(pointed.from)}
          height={room.height}
          className="fill-sunken"
        />
      )}
      <AreaClosed
        data={corners(watched)}
        x={([seconds]) => across(seconds)}
        y={([, rate]) => down(rate)}
        yScale={down}
        className="fill-accent/15"
      />
      <LinePath
        data={corners(watched)}
        x={([seconds]) => across(seconds)}
        y={([, rate]) => down(rate)}
        strokeWidth={2}
        className="stroke-accent"
      />
      <LinePath
        data={corners(before)}
        x={([seconds]) => across(seconds)}
        y={([, rate]) => down(rate)}
        strokeWidth={2}
        strokeDasharray="4 4"
        className="stroke-line-strong"
      />
      <rect
        width={room.width}
        height={room.height}
        fill="transparent"
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={() => onPoint(null)}
      />
    </>
  )
}

const spanOf = ({ from, to }: Step): string => `${formatStopwatch(from)} to ${formatStopwatch(to)}`

/** A rate over time, with its numbers. */
export function Course({
  steps,
  mean,
  unit,
  xLabel,
}: {
  steps: readonly Step[]
  mean: number | null
  /** What is counted: `rows`. */
  unit: string
  xLabel: string
}): ReactElement {
  const rateText = (rate: number | null): string => formatRate(rate, unit)
  const [seconds, setSeconds] = useState<number | null>(null)
  const pointed = steps.find(({ from, to }) => seconds !== null && seconds >= from && seconds < to)
  const [first] = steps
  const isBlind = first?.from === 0 && first.to >= unwatched
  const highest = Math.max(...steps.slice(isBlind ? 1 : 0).map(({ rate }) => rate))
  const figures = `mean ${rateText(mean)}, highest ${rateText(highest)}`
  return (
    <figure>
      <p className="mb-3 text-sm text-muted tabular-nums">
        {pointed === undefined
          ? `${figures.charAt(0).toUpperCase()}${figures.slice(1)}`
          : `${spanOf(pointed)}: ${rateText(pointed.rate)}`}
      </p>
      <Chart label={`Throughput: ${figures}`} xLabel={xLabel} height={220}>
        {(room) => (
          <Steps
            steps={steps}
            seen={steps.length - (isBlind ? 1 : 0)}
            room={room}
            pointed={pointed}
            onPoint={setSeconds}
          />
        )}
      </Chart>
      {isBlind && (
        <figcaption className="mt-2 text-sm text-muted">
          Dashed: the mean of the time before this page was opened.
        </figcaption>
      )}
      <Numbers
        label="Numbers of the throughput"
        columns={['time', `${unit}/s`]}
        rows={steps.map((step) => [spanOf(step), Math.round(step.rate)])}
        className="mt-3"
      />
    </figure>
  )
}

/** Rows a second over the time spent on them, from what this browser saw: the server keeps no such history. */
export function ThroughputChart({
  job,
  points,
  retried,
}: {
  job: Job
  points: readonly Observation[]
  /** Whether the job was begun more than once. */
  retried: boolean
}): ReactElement {
  const steps = stepsOf(courseOf(points, job.kind === 'create' || !retried))
  if (steps.length === 0)
    return (
      <p className="text-sm text-muted">
        {isOver(job)
          ? 'Nobody watched this job here, so there is no course of it to draw.'
          : 'The chart begins with the first rows that are stored.'}
      </p>
    )
  if (steps.length === 1 && isOver(job))
    return (
      <p className="text-sm text-muted tabular-nums">
        {formatRate(job.rows_per_second)} on average over {formatDuration(steps[0]?.to)}. Its course was not
        watched in this tab, so there is none to draw.
      </p>
    )
  return (
    <Course
      steps={steps}
      mean={job.rows_per_second}
      unit="rows"
      xLabel="time spent generating and storing, min:s"
    />
  )
}
