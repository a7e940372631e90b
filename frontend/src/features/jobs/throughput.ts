import { config } from '@/config'
import type { Job } from '@/lib/api/types'
import type { Observation, Observed } from '@/lib/live/observations'

/** The mean rate in rows a second over some of the time spent making rows. */
export interface Step {
  from: number
  to: number
  rate: number
}

const start: Observation = { seconds: 0, rows: 0 }

/** What is known of a job's course: it began with no rows. Of an append that was retried that is long past. */
export const courseOf = (points: readonly Observation[], fromStart: boolean): readonly Observation[] =>
  fromStart && points.length > 0 ? [start, ...points] : points

const rateBetween = (one: Observation, other: Observation): number =>
  (other.rows - one.rows) / (other.seconds - one.seconds)

/** Rates from observation to observation; those too close to each other for a picture are taken together. */
export function stepsOf(course: readonly Observation[]): Step[] {
  const [first] = course
  const last = course.at(-1)
  if (first === undefined || last === undefined) return []
  const { shortestStep, mostSteps } = config.throughput
  const shortest = Math.max(shortestStep, (last.seconds - first.seconds) / mostSteps)
  const kept = [first]
  let newest = first
  for (const point of course) {
    if (point.seconds - newest.seconds < shortest) continue
    kept.push(point)
    newest = point
  }
  if (newest !== last) kept.splice(kept.length > 1 ? -1 : 1, 1, last)
  return kept.slice(1).map((to, place) => {
    const from = kept[place] ?? first
    return { from: from.seconds, to: to.seconds, rate: rateBetween(from, to) }
  })
}

/** The rate over the last seconds, in rows a second; null while too little was seen for one. */
export function recentRate(points: readonly Observation[]): number | null {
  const { window, leastWindow } = config.throughput
  const last = points.at(-1)
  const from = points.find((point) => last !== undefined && point.seconds >= last.seconds - window)
  if (last === undefined || from === undefined || last.seconds - from.seconds < leastWindow) return null
  return rateBetween(from, last)
}

/** How fast a job is now, and how long until its rows are stored. Null where there is no basis to say so. */
export interface Pace {
  rate: number | null
  secondsLeft: number | null
  /** For how long no rows came, once that is remarkable. */
  silentSeconds: number | null
}

const unknown: Pace = { rate: null, secondsLeft: null, silentSeconds: null }

/** A job's pace by what was seen of it lately; before enough was seen, by the server's mean. */
export function paceOf(job: Job, observed: Observed | undefined, now: number): Pace {
  if (job.state !== 'running' || job.phase !== 'generating') return unknown
  const silent = observed === undefined ? 0 : now - observed.roseAt
  if (silent >= config.throughput.silentAfter) return { ...unknown, silentSeconds: silent / 1_000 }
  if (job.waiting_for != null) return unknown
  const rate = recentRate(observed?.points ?? []) ?? job.rows_per_second
  if (rate === null || rate <= 0) return unknown
  return { rate, secondsLeft: Math.max(0, job.rows_total - job.rows_done) / rate, silentSeconds: null }
}

const tickSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 86_400]

/** Round times from zero up to `end` seconds, at most so many of them unless it is very long. */
export function timeTicks(end: number, most: number): number[] {
  const step = tickSteps.find((seconds) => end / seconds <= most) ?? 86_400 * Math.ceil(end / 86_400 / most)
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, place) => place * step)
}
