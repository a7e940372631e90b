import type { Job } from '@/lib/api/types'

import { latest, useLiveJobs } from './jobs-store'

/** Takes in what is said of jobs. */
export interface JobUpdates {
  push: (job: Job) => void
  /** Passes nothing on any more. */
  stop: () => void
}

/** Whether a job is new here, or began, stopped or waits for something else than before: people wait for that. */
function isTurn(job: Job): boolean {
  const known = useLiveJobs.getState().jobs[job.id]
  return known?.state !== job.state || known.phase !== job.phase || known.waiting_for !== job.waiting_for
}

/**
 * Passes jobs on as they change: a turn in what they do at once, and rows that were only counted on at most every
 * so many milliseconds, the newest of each job. Pages are drawn again by what is passed on, and a large job tells
 * of its rows fifty times a second. What is passed on has to be merged into the store of live jobs.
 */
export function coalesceJobs(pass: (job: Job) => void, every: number): JobUpdates {
  const waiting = new Map<string, Job>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const passWaiting = (): void => {
    clearTimeout(timer)
    timer = undefined
    const jobs = [...waiting.values()]
    waiting.clear()
    jobs.forEach(pass)
  }
  return {
    push: (job) => {
      if (isTurn(job)) {
        // In order: the rows before a pause count as made in time, those after it do not.
        passWaiting()
        pass(job)
        return
      }
      waiting.set(job.id, latest(job, waiting.get(job.id)))
      timer ??= setTimeout(passWaiting, every)
    },
    stop: () => {
      clearTimeout(timer)
      waiting.clear()
    },
  }
}
