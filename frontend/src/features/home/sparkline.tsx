import type { ReactElement } from 'react'

import { useCourse } from '@/features/jobs/api'
import { recentRate, stepsOf } from '@/features/jobs/throughput'
import type { Job } from '@/lib/api/types'
import { formatRate } from '@/lib/format'

import { sparklineOf } from './sparkline-path'

const size = { width: 200, height: 28 }

/** The throughput of a job as a small line, from what this tab saw of it; nothing until there is a course to draw. */
export function Sparkline({ job }: { job: Job }): ReactElement | null {
  const points = useCourse(job)
  const steps = stepsOf(points)
  if (steps.length < 2) return null
  const highest = Math.max(...steps.map(({ rate }) => rate))
  const { line, area } = sparklineOf(steps, size)
  const now = recentRate(points) ?? steps.at(-1)?.rate ?? null
  return (
    <svg
      role="img"
      aria-label={`Throughput: now ${formatRate(now)}, highest ${formatRate(highest)}`}
      viewBox={`0 0 ${String(size.width)} ${String(size.height)}`}
      preserveAspectRatio="none"
      className="mt-3 h-7 w-full"
    >
      <path d={area} className="fill-accent/15" />
      <path
        d={line}
        fill="none"
        strokeWidth="1.5"
        vectorEffect="non-scaling-stroke"
        className="stroke-accent"
      />
    </svg>
  )
}
