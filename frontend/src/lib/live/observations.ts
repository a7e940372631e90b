import { create } from 'zustand'

import { config } from '@/config'
import type { Job } from '@/lib/api/types'

/** How many rows of a job were stored after so many seconds of making them. Pauses do not count. */
export interface Observation {
  seconds: number
  rows: number
}

export interface Observed {
  /** The newest version of the job that was looked at. */
  version: number
  /** The rows it had then. */
  rows: number
  /** Those of them that came while its time did not run, such as chunks on their way to a job just paused. */
  aside: number
  /** Oldest first; both seconds and rows rise. */
  points: readonly Observation[]
  /** When its rows last rose, by this browser's clock, in milliseconds. */
  roseAt: number
}

interface Observations {
  jobs: Readonly<Record<string, Observed>>
}

const key = 'cartload.observations'

/** What was seen of the growth of each job since this tab was opened. The server keeps no such history. */
export const useObservations = create<Observations>(() => ({ jobs: {} }))

/**
 * The observation that a job's state holds. The server's rate is the rows by the seconds spent on them, so it
 * also tells those seconds, by one clock and without what the network adds.
 */
export function observationOf(job: Pick<Job, 'rows_done' | 'rows_per_second'>): Observation | null {
  const { rows_done: rows, rows_per_second: rate } = job
  return rows === 0 || rate === null || rate <= 0 ? null : { seconds: rows / rate, rows }
}

/** Every second one, and the newest: rates between those left stay exact, as rows and seconds are sums. */
const thinned = (points: readonly Observation[]): Observation[] =>
  points.filter((_, place) => place % 2 === 0 || place === points.length - 1)

/** Adds a point; one that does not rise says nothing new. */
export function addPoint(points: readonly Observation[], point: Observation): readonly Observation[] {
  const last = points.at(-1)
  if (last !== undefined && (point.rows <= last.rows || point.seconds <= last.seconds)) return points
  const longer = [...points, point]
  return longer.length > config.observations.ofJob ? thinned(longer) : longer
}

function firstSeen(job: Job, now: number): Observed {
  const point = observationOf(job)
  const points = point === null ? [] : [point]
  return { version: job.version, rows: job.rows_done, aside: 0, points, roseAt: now }
}

function observed(before: Observed | undefined, job: Job, now: number): Observed {
  // Rows that fell belong to an append that starts anew.
  if (before === undefined || job.rows_done < before.rows) return firstSeen(job, now)
  const { version, rows_done: rows } = job
  const roseAt = rows > before.rows ? now : before.roseAt
  // The time spent on rows runs while the job does: what comes at another time would look infinitely fast.
  if (job.state !== 'running')
    return { ...before, version, rows, roseAt, aside: before.aside + rows - before.rows }
  const point = observationOf(job)
  const points =
    point === null ? before.points : addPoint(before.points, { ...point, rows: rows - before.aside })
  return { ...before, version, rows, roseAt, points }
}

const newestOf = (jobs: Record<string, Observed>): Record<string, Observed> =>
  Object.fromEntries(Object.entries(jobs).slice(-config.observations.jobs))

/** Notes how far a job is, unless a newer state of it was seen before. */
export function observe(job: Job): void {
  useObservations.setState((held) => {
    const before = held.jobs[job.id]
    if (before !== undefined && before.version >= job.version) return held
    return { jobs: newestOf({ ...held.jobs, [job.id]: observed(before, job, Date.now()) }) }
  })
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)

function isObservation(value: unknown): value is Observation {
  const { seconds, rows } = (value ?? {}) as Record<keyof Observation, unknown>
  return isNumber(seconds) && isNumber(rows)
}

function isObserved(value: unknown): value is Observed {
  const { points, ...numbers } = (value ?? {}) as Record<keyof Observed, unknown>
  const { version, rows, aside, roseAt } = numbers
  return (
    [version, rows, aside, roseAt].every(isNumber) && Array.isArray(points) && points.every(isObservation)
  )
}

/** Takes up what this tab had seen before it was reloaded. */
export function restoreObservations(): void {
  try {
    const kept: unknown = JSON.parse(window.sessionStorage.getItem(key) ?? '{}')
    const jobs = Object.entries(kept ?? {}).filter((entry): entry is [string, Observed] =>
      isObserved(entry[1]),
    )
    useObservations.setState({ jobs: Object.fromEntries(jobs) })
  } catch {
    // No storage, or nothing that can be read: the chart begins now.
  }
}

/** Keeps what was seen for the time of a reload, in this tab alone. */
export function keepObservations(): void {
  try {
    window.sessionStorage.setItem(key, JSON.stringify(useObservations.getState().jobs))
  } catch {
    // No storage, or it is full: the chart begins anew after the reload.
  }
}

/** Forgets everything, as at sign-out. */
export function forgetObservations(): void {
  useObservations.setState({ jobs: {} })
  try {
    window.sessionStorage.removeItem(key)
  } catch {
    // Where there is no storage, nothing was kept.
  }
}
