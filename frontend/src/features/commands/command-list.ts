/** The commands of the palette, and which of them a text asks for. */
import { kindOf, phaseOf } from '@/features/jobs/states'
import type { Theme } from '@/features/theme/theme'
import type { Dataset, Job, User } from '@/lib/api/types'
import { formatCounted } from '@/lib/format'

import { newDataset, pagesFor, type Place } from './places'

/** What a command does. */
export type Action =
  { kind: 'go'; to: string } | { kind: 'theme'; theme: Theme } | { kind: 'help' } | { kind: 'sign-out' }

export interface Command {
  /** The same for the same command, whatever the list. */
  id: string
  group: 'Actions' | 'Datasets' | 'Jobs' | 'Pages' | 'Settings'
  name: string
  /** What tells it from others of the same name. */
  detail: string | null
  keys: readonly string[]
  action: Action
}

const place = (group: Command['group'], { name, to, keys = [] }: Place): Command => ({
  id: to,
  group,
  name,
  detail: null,
  keys,
  action: { kind: 'go', to },
})

const setting = (name: string, action: Action, keys: readonly string[] = []): Command => ({
  id: name,
  group: 'Settings',
  name,
  detail: null,
  keys,
  action,
})

const settings: readonly Command[] = [
  setting('Use the light theme', { kind: 'theme', theme: 'light' }),
  setting('Use the dark theme', { kind: 'theme', theme: 'dark' }),
  setting('Use the theme of the system', { kind: 'theme', theme: 'system' }),
  setting('Show the keyboard shortcuts', { kind: 'help' }, ['?']),
  setting('Sign out', { kind: 'sign-out' }),
]

function datasetCommand({ id, name, state, tables }: Dataset): Command {
  const rows = Object.values(tables).reduce((sum, one) => sum + one, 0)
  const detail = state === 'ready' ? formatCounted(rows, 'row') : state
  return { ...place('Datasets', { name, to: `/datasets/${id}` }), detail }
}

function jobCommand(job: Job, names: ReadonlyMap<string, string>): Command {
  const name = `${kindOf(job)}: ${names.get(job.dataset_id) ?? job.id.slice(0, 8)}`
  return { ...place('Jobs', { name, to: `/jobs/${job.id}` }), detail: phaseOf(job) }
}

/** Every command there is, for a user with these datasets and jobs. */
export function commandsFor(
  role: User['role'],
  datasets: readonly Dataset[],
  jobs: readonly Job[],
): Command[] {
  const names = new Map(datasets.map(({ id, name }) => [id, name]))
  return [
    place('Actions', newDataset),
    ...datasets.map(datasetCommand),
    ...jobs.map((job) => jobCommand(job, names)),
    ...pagesFor(role).map((page) => place('Pages', page)),
    ...settings,
  ]
}

const wordsOf = (text: string): string[] => text.toLocaleLowerCase().split(/\s+/).filter(Boolean)

/** How well a name fits what was typed: 0 is best, null does not fit. Every word has to be in the name. */
function rankOf(name: string, wanted: readonly string[]): number | null {
  const lower = name.toLocaleLowerCase()
  if (!wanted.every((word) => lower.includes(word))) return null
  if (lower.startsWith(wanted.join(' '))) return 0
  const words = wordsOf(name)
  return wanted.every((word) => words.some((one) => one.startsWith(word))) ? 1 : 2
}

/** So many datasets and so many jobs are shown: of what was typed, and before anything is. */
const most = { found: 8, offered: 3 }

export interface Found {
  group: Command['group']
  commands: readonly Command[]
}

/** The commands that a text asks for, by group, the best first; for no text, what is likely wanted. */
export function findCommands(commands: readonly Command[], text: string): Found[] {
  const wanted = wordsOf(text)
  const ranked = commands
    .flatMap((command) => {
      const rank = rankOf(command.name, wanted)
      return rank === null ? [] : [{ command, rank }]
    })
    .sort((one, other) => one.rank - other.rank)
  const groups = [...new Set(ranked.map(({ command }) => command.group))]
  return groups.map((group) => {
    const isLong = group === 'Datasets' || group === 'Jobs'
    const bound = !isLong ? undefined : wanted.length === 0 ? most.offered : most.found
    const best = ranked.filter(({ command }) => command.group === group).slice(0, bound)
    return { group, commands: best.map(({ command }) => command) }
  })
}
