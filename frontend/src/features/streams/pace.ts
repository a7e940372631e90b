import { config } from '@/config'
import type { Step } from '@/features/jobs/throughput'
import type { Stream } from '@/lib/api/types'
import type { RatePoint } from '@/lib/live/stream-rates'

const widthOf = ({ from, to }: Step): number => to - from

/** Two steps as one, whose rate is their mean by time. */
function joined(one: Step, other: Step): Step {
  const seconds = widthOf(one) + widthOf(other)
  const events = one.rate * widthOf(one) + other.rate * widthOf(other)
  return { from: one.from, to: other.to, rate: events / seconds }
}

/** Rates from point to point, in seconds since the first; those too short for a picture are taken together. */
export function stepsOf(points: readonly RatePoint[]): Step[] {
  const [first] = points
  const last = points.at(-1)
  if (first === undefined || last === undefined) return []
  const { shortestStep, mostSteps } = config.throughput
  const shortest = Math.max(shortestStep, (last.at - first.at) / 1_000 / mostSteps)
  const steps: Step[] = []
  let from = 0
  for (const { at, rate } of points.slice(1)) {
    const to = (at - first.at) / 1_000
    if (to <= from) continue
    const step = { from, to, rate }
    const before = steps.at(-1)
    if (before !== undefined && widthOf(before) < shortest) steps.splice(-1, 1, joined(before, step))
    else steps.push(step)
    from = to
  }
  return steps
}

/** Events a second over all that was seen; null for nothing. */
export function meanOf(steps: readonly Step[]): number | null {
  const seconds = steps.reduce((sum, step) => sum + widthOf(step), 0)
  return seconds === 0 ? null : steps.reduce((sum, step) => sum + step.rate * widthOf(step), 0) / seconds
}

/** Events a second from its start to its end, pauses included; null before it ended. */
export function meanOfAll({ started_at: start, finished_at: end, events_sent: sent }: Stream): number | null {
  if (start === null || end === null) return null
  const seconds = (Date.parse(end) - Date.parse(start)) / 1_000
  return seconds <= 0 ? null : sent / seconds
}
