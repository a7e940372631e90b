import type { ReactElement } from 'react'

import { Course } from '@/features/jobs/throughput-chart'
import type { Stream } from '@/lib/api/types'
import { formatRate } from '@/lib/format'
import type { RatePoint } from '@/lib/live/stream-rates'

import { meanOf, meanOfAll, stepsOf } from './pace'
import { isOver } from './states'

/** Events a second over time, from what this browser saw: the server keeps no such history. */
export function RateChart({
  stream,
  points,
}: {
  stream: Stream
  points: readonly RatePoint[]
}): ReactElement {
  const steps = stepsOf(points)
  if (steps.some(({ rate }) => rate > 0))
    return (
      <Course
        steps={steps}
        mean={meanOf(steps)}
        unit="events"
        xLabel="time since it was first seen here, min:s"
      />
    )
  const mean = meanOfAll(stream)
  if (!isOver(stream))
    return <p className="text-sm text-muted">The chart begins with the first events that arrive.</p>
  return (
    <p className="text-sm text-muted tabular-nums">
      {mean !== null && mean > 0 && `${formatRate(mean, 'events')} on average. `}
      Its course was not watched in this tab, so there is none to draw.
    </p>
  )
}
