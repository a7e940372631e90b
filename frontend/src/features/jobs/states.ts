import type { Tone } from '@/components/ui/badge'
import type { Job, JobState } from '@/lib/api/types'

export const jobStates = [
  'queued',
  'running',
  'paused',
  'cancelling',
  'completed',
  'cancelled',
  'failed',
] as const satisfies readonly JobState[]

export type JobAction = 'cancel' | 'pause' | 'resume' | 'retry'

const tones: Record<JobState, Tone> = {
  queued: 'plain',
  running: 'accent',
  paused: 'warn',
  cancelling: 'warn',
  cancelled: 'plain',
  completed: 'good',
  failed: 'danger',
}

export const toneOf = (state: JobState): Tone => tones[state]

/** Whether nothing more will happen to the job by itself. */
export const isOver = (job: Pick<Job, 'state'>): boolean =>
  job.state === 'completed' || job.state === 'cancelled' || job.state === 'failed'

/** What a job allows in its state; the server refuses the rest with 409. */
export function actionsOf(job: Pick<Job, 'state' | 'phase'>): readonly JobAction[] {
  switch (job.state) {
    case 'queued':
      return ['pause', 'cancel']
    case 'running':
      return job.phase === 'indexing' || job.phase === 'checking' ? [] : ['pause', 'cancel']
    case 'paused':
      return ['resume', 'cancel']
    case 'failed':
      return ['retry']
    case 'cancelling':
    case 'cancelled':
    case 'completed':
      return []
  }
}

const kinds: Record<Job['kind'], string> = { create: 'New dataset', append: 'Append' }

export const kindOf = (job: Pick<Job, 'kind'>): string => kinds[job.kind]

const phases = { generating: 'Making rows', indexing: 'Adding indexes', checking: 'Checking' } as const

const words: Record<Exclude<JobState, 'running'>, string> = {
  queued: 'Waiting to start',
  paused: 'Paused',
  cancelling: 'Cancelling',
  cancelled: 'Cancelled',
  completed: 'Completed',
  failed: 'Failed',
}

/** What the job is doing, in two words. */
export function phaseOf(job: Pick<Job, 'state' | 'phase'>): string {
  if (job.state !== 'running') return words[job.state]
  return job.phase === null ? 'Running' : phases[job.phase]
}
