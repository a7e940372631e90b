import type { Consequences } from '@/components/ui/question'
import type { Job } from '@/lib/api/types'
import { formatCounted } from '@/lib/format'

import type { JobAction } from './states'

const storedRows = (job: Job): string =>
  job.rows_done === 0 ? 'Nothing is stored yet' : `${formatCounted(job.rows_done, 'row')} stored so far`

const cancelCreate = (job: Job): Consequences => ({
  question: 'Cancel this job?',
  confirm: 'Cancel the job',
  stays: `${storedRows(job)}; rows on their way are still stored. The dataset is marked incomplete; its tables and files can be read.`,
  goes: 'Every row that is not made yet.',
  costs: 'A cancelled job cannot go on: for the whole dataset a new job starts from nothing.',
})

const cancelAppend: Consequences = {
  question: 'Cancel this job?',
  confirm: 'Cancel the job',
  stays: 'The dataset as it was before this append.',
  goes: 'Every row that this append has added.',
  costs: 'A cancelled job cannot go on, and the dataset takes no other append until its rows are removed.',
}

const pause = (job: Job): Consequences => ({
  question: 'Pause this job?',
  confirm: 'Pause the job',
  stays: `${storedRows(job)}; rows on their way are still stored. The job keeps its place.`,
  goes: 'Nothing.',
  costs: 'Until it is resumed it counts as one of your unfinished jobs, and its dataset takes no other job.',
})

const resume: Consequences = {
  question: 'Resume this job?',
  confirm: 'Resume the job',
  stays: 'Every row that is stored: the job goes on where it stopped.',
  goes: 'Nothing.',
  costs: 'It waits for its turn, and shares the workers with other jobs.',
}

const retry: Record<Job['kind'], Consequences> = {
  create: {
    question: 'Try this job again?',
    confirm: 'Try it again',
    stays: 'Every row that is stored: only what is missing is made.',
    goes: 'The error; the history keeps it.',
    costs: 'If its cause is still there, the job fails again.',
  },
  append: {
    question: 'Try this job again?',
    confirm: 'Try it again',
    stays: 'The dataset as it was before this append.',
    goes: 'The error; the history keeps it.',
    costs: 'The append starts from the beginning. If the cause is still there, it fails again.',
  },
}

/** What an action would do to a job as it stands. */
export function consequencesOf(action: JobAction, job: Job): Consequences {
  switch (action) {
    case 'cancel':
      return job.kind === 'append' ? cancelAppend : cancelCreate(job)
    case 'pause':
      return pause(job)
    case 'resume':
      return resume
    case 'retry':
      return retry[job.kind]
  }
}
