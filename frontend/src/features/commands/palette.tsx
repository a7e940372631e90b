import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactElement } from 'react'
import { useNavigate } from 'react-router'

import { Dialog } from '@/components/ui/dialog'
import { Keys } from '@/components/ui/keys'
import { useAllDatasets } from '@/features/datasets/api'
import { useJobs, useNewest } from '@/features/jobs/api'
import { signOut } from '@/features/session/api'
import { chooseTheme } from '@/features/theme/theme'
import { allItems } from '@/lib/api/pages'
import type { User } from '@/lib/api/types'
import { classes } from '@/lib/classes'
import { formatCounted } from '@/lib/format'

import { commandsFor, findCommands, type Command } from './command-list'

function Option({
  id,
  command,
  active,
  onActivate,
  onRun,
}: {
  id: string
  command: Command
  active: boolean
  onActivate: () => void
  onRun: () => void
}): ReactElement {
  const item = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (active) item.current?.scrollIntoView({ block: 'nearest' })
  }, [active])
  return (
    <li
      ref={item}
      id={id}
      role="option"
      aria-selected={active}
      onPointerMove={onActivate}
      onClick={onRun}
      className={classes(
        'flex cursor-pointer items-center gap-3 rounded-lg px-3 py-2 text-sm',
        active && 'bg-accent-soft',
      )}
    >
      <span className="min-w-0 truncate">{command.name}</span>
      {command.detail !== null && (
        <span className="ml-auto shrink-0 text-muted tabular-nums">{command.detail}</span>
      )}
      {command.keys.length > 0 && (
        <span aria-hidden="true" className="ml-auto hidden sm:inline">
          <Keys keys={command.keys} />
        </span>
      )}
    </li>
  )
}

/** Everything that can be found here, in its newest state. */
function useCommands(role: User['role']): { commands: Command[]; note: string | null } {
  const datasets = useAllDatasets()
  const jobs = useJobs({})
  const newest = useNewest(allItems(jobs.data))
  return {
    commands: commandsFor(role, allItems(datasets.data), newest),
    note:
      datasets.isError || jobs.isError
        ? 'Datasets and jobs cannot be read for now.'
        : datasets.isFetching || jobs.isPending
          ? 'Reading your datasets and jobs…'
          : null,
  }
}

/** Where a step of so many from a place leads, round and round. */
const stepped = (from: number, by: number, count: number): number => (from + by + count) % count

/** Goes to pages, datasets and jobs by their names, and does what is common: a combobox in a dialog. */
export default function Palette({
  role,
  onClose,
  onHelp,
}: {
  role: User['role']
  onClose: () => void
  onHelp: () => void
}): ReactElement {
  const id = useId()
  const navigate = useNavigate()
  const { commands, note } = useCommands(role)
  const [text, setText] = useState('')
  const [activeId, setActiveId] = useState<string | null>(null)
  const groups = findCommands(commands, text)
  const found = groups.flatMap((group) => group.commands)
  const active = found.find((command) => command.id === activeId) ?? found[0]
  const optionId = (command: Command): string => `${id}${command.id}`

  const run = ({ action }: Command): void => {
    onClose()
    if (action.kind === 'go') void navigate(action.to)
    else if (action.kind === 'theme') chooseTheme(action.theme)
    else if (action.kind === 'help') onHelp()
    else void signOut()
  }
  const press = (event: KeyboardEvent): void => {
    if (active === undefined) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) {
      event.preventDefault()
      setActiveId(found[stepped(found.indexOf(active), step, found.length)]?.id ?? null)
    }
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault()
      run(active)
    }
  }
  return (
    <Dialog title="Search and commands" place="top" onClose={onClose}>
      <input
        role="combobox"
        aria-label="Search pages, datasets, jobs and actions"
        aria-expanded={found.length > 0}
        aria-controls={`${id}list`}
        aria-activedescendant={active === undefined ? undefined : optionId(active)}
        aria-autocomplete="list"
        autoComplete="off"
        spellCheck={false}
        placeholder="Where to, or what to do?"
        value={text}
        onChange={({ target }) => {
          setText(target.value)
          setActiveId(null)
        }}
        onKeyDown={press}
        className="w-full rounded-t-xl border-b border-line bg-transparent px-5 py-4 text-base -outline-offset-2 placeholder:text-muted"
      />
      <div
        id={`${id}list`}
        role="listbox"
        aria-label="Results"
        className="max-h-[min(26rem,60dvh)] overflow-y-auto p-2"
      >
        {groups.map(({ group, commands: some }) => (
          <ul key={group} role="group" aria-labelledby={`${id}${group}`}>
            <li
              id={`${id}${group}`}
              role="presentation"
              className="px-3 pt-2 pb-1 text-xs font-medium text-muted"
            >
              {group}
            </li>
            {some.map((command) => (
              <Option
                key={command.id}
                id={optionId(command)}
                command={command}
                active={command === active}
                onActivate={() => setActiveId(command.id)}
                onRun={() => run(command)}
              />
            ))}
          </ul>
        ))}
      </div>
      <p role="status" className="border-t border-line px-5 py-2.5 text-xs text-muted">
        {found.length === 0 ? 'Nothing has that name.' : formatCounted(found.length, 'result')}
        {note !== null && ` ${note}`}
      </p>
    </Dialog>
  )
}
