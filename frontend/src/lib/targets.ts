/** What a dataset is stored in, and what follows from it: the one place that decides it. */
import type { Dataset } from '@/lib/api/types'

export type Target = Dataset['targets'][number]

/** A dataset, a job or a choice; without targets, as of before there was a choice, it is stored in all. */
interface Stored {
  targets?: readonly Target[] | undefined
}

const includes = ({ targets }: Stored, target: Target): boolean => targets?.includes(target) ?? true

/** Whether its rows are in tables of MySQL. */
export const hasRows = (stored: Stored): boolean => includes(stored, 'mysql')

/** Whether its rows are in files. */
export const hasFiles = (stored: Stored): boolean => includes(stored, 'files')

export interface Choice {
  name: string
  targets: readonly Target[]
  /** What one gets, in a sentence. */
  about: string
}

/** What one can choose, the default first. Batches are on Kafka in any case: this is how rows travel. */
export const choices: readonly [Choice, Choice, Choice, Choice] = [
  {
    name: 'MySQL and files',
    targets: ['mysql', 'files', 'kafka'],
    about: 'Tables to query, browse and examine, and the same rows as files to download.',
  },
  {
    name: 'MySQL only',
    targets: ['mysql', 'kafka'],
    about: 'Tables to query, browse and examine; no files.',
  },
  {
    name: 'Files only',
    targets: ['files', 'kafka'],
    about: 'Files to download; no tables, so no SQL, no quality report and no answers.',
  },
  {
    name: 'Kafka only',
    targets: ['kafka'],
    about: 'Batches for your own consumers, as long as Kafka keeps them; nothing to look at here.',
  },
]

/** The choice that a dataset was made by. */
export const choiceOf = (stored: Stored): Choice =>
  choices.find((choice) => hasRows(choice) === hasRows(stored) && hasFiles(choice) === hasFiles(stored)) ??
  choices[0]
