import type { Job, JobEvent } from '@/lib/api/types'

import { isOver } from './states'

export const stageNames = ['queued', 'generating', 'indexing', 'checking'] as const
export type StageName = (typeof stageNames)[number]

/** How a stage stands: `stopped` where the job failed or was cancelled. */
export type Standing = 'done' | 'now' | 'paused' | 'stopped' | 'ahead'

export interface Stage {
  name: StageName
  standing: Standing
  /** Time spent in it in this attempt; null while that is not known. */
  seconds: number | null
}

type Situation = Pick<Job, 'state' | 'phase'>

/** The stage that a job is in; none while it is paused or cancelled, and after its end. */
function stageIn({ state, phase }: Situation): StageName | null {
  if (state === 'queued') return 'queued'
  return state === 'running' ? (phase ?? 'generating') : null
}

/** How often the job was begun. */
export const attemptsOf = (events: readonly JobEvent[]): number =>
  1 + events.filter(({ event }) => event === 'retried').length

/** What happened since the job was begun for the last time. */
function lastAttempt(events: readonly JobEvent[]): readonly JobEvent[] {
  const begun = events.findLastIndex(({ event }) => event === 'retried')
  return begun === -1 ? events : events.slice(begun)
}

const isNow = (job: Situation, event: Situation): boolean =>
  event.state === job.state && event.phase === job.phase

/** Seconds from each event of an attempt to the next; the last goes on until the job's end, or until now. */
function spans(job: Job, events: readonly JobEvent[], now: number): { event: JobEvent; seconds: number }[] {
  return events.map((event, place) => {
    const next = events[place + 1]?.at ?? job.finished_at
    // An event that says otherwise than the job is old: the newest ones are still on their way.
    const until = next != null ? Date.parse(next) : isNow(job, event) ? now : Date.parse(event.at)
    return { event, seconds: Math.max(0, until - Date.parse(event.at)) / 1_000 }
  })
}

/** The stage that a job is in or came to in this attempt. */
export function reachedStage(job: Job, events: readonly JobEvent[]): StageName {
  const come = lastAttempt(events)
    .map(stageIn)
    .filter((name) => name !== null)
  return stageIn(job) ?? come.at(-1) ?? (job.started_at === null ? 'queued' : 'generating')
}

function standingOf(job: Job, place: number, reached: number): Standing {
  if (job.state === 'completed' || place < reached) return 'done'
  if (place > reached) return 'ahead'
  if (isOver(job)) return 'stopped'
  return job.state === 'paused' ? 'paused' : 'now'
}

/** The stages of a job's newest attempt, with the time by the clock spent in each. */
export function stagesOf(job: Job, events: readonly JobEvent[], now: number): Stage[] {
  const reached = stageNames.indexOf(reachedStage(job, events))
  const parts = spans(job, lastAttempt(events), now)
  return stageNames.map((name, place) => {
    const own = parts.filter(({ event }) => stageIn(event) === name)
    const seconds = own.length === 0 ? null : own.reduce((sum, part) => sum + part.seconds, 0)
    return { name, standing: standingOf(job, place, reached), seconds }
  })
}

/** Seconds in which the job was paused in its newest attempt. */
export const pausedSeconds = (job: Job, events: readonly JobEvent[], now: number): number =>
  spans(job, lastAttempt(events), now)
    .filter(({ event }) => event.state === 'paused')
    .reduce((sum, part) => sum + part.seconds, 0)
