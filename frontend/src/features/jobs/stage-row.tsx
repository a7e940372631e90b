import { Check, Circle, Pause, X, type LucideIcon } from 'lucide-react'
import type { ReactElement } from 'react'

import { classes } from '@/lib/classes'
import { formatDuration } from '@/lib/format'
import type { Job } from '@/lib/api/types'

import type { Stage, StageName, Standing } from './stages'

const names: Record<StageName, string> = {
  queued: 'Queued',
  generating: 'Generating and storing',
  indexing: 'Indexing',
  checking: 'Checking',
}

const marks: Record<Standing, string> = {
  done: 'border-accent bg-accent text-on-accent',
  now: 'border-accent bg-accent-soft text-accent',
  paused: 'border-warn bg-warn-soft text-warn',
  stopped: 'border-danger bg-danger-soft text-danger',
  ahead: 'border-line-strong/60 bg-surface text-transparent',
}

const icons: Record<Standing, LucideIcon | null> = {
  done: Check,
  now: Circle,
  paused: Pause,
  stopped: X,
  ahead: null,
}

const said: Record<Standing, string> = {
  done: 'done',
  now: 'in progress',
  paused: 'paused here',
  stopped: 'stopped here',
  ahead: 'still to come',
}

function Mark({ standing }: { standing: Standing }): ReactElement {
  const Icon = icons[standing]
  return (
    <span
      aria-hidden="true"
      className={classes(
        'flex size-6 shrink-0 items-center justify-center rounded-full border',
        marks[standing],
      )}
    >
      {Icon !== null && (
        <Icon
          strokeWidth={3}
          className={standing === 'now' ? 'size-2 animate-pulse fill-current' : 'size-4'}
        />
      )}
    </span>
  )
}

function timeIn({ standing, seconds }: Stage): string {
  if (standing === 'ahead') return 'to come'
  if (seconds === null) return said[standing]
  const time = seconds < 1 ? 'less than 1 s' : formatDuration(seconds)
  return standing === 'done' || standing === 'now' ? time : `${standing} after ${time}`
}

/** What a job goes through, how far it is, and how long each stage took by the clock. */
export function StageRow({ stages, state }: { stages: readonly Stage[]; state: Job['state'] }): ReactElement {
  const end: Standing = state === 'completed' ? 'done' : 'ahead'
  return (
    <ol aria-label="Stages" className="grid gap-3 sm:grid-cols-5 sm:gap-4">
      {stages.map((stage) => (
        <Place key={stage.name} name={names[stage.name]} standing={stage.standing} time={timeIn(stage)} />
      ))}
      <Place name="Done" standing={end} time={end === 'done' ? '' : 'to come'} />
    </ol>
  )
}

function Place({ name, standing, time }: { name: string; standing: Standing; time: string }): ReactElement {
  return (
    <li
      aria-current={standing === 'now' || standing === 'paused' ? 'step' : undefined}
      className="flex items-center gap-3 sm:items-start sm:gap-2.5"
    >
      <Mark standing={standing} />
      <span className="flex min-w-0 grow items-baseline justify-between gap-3 text-sm sm:block">
        <span className={classes('sm:block', standing === 'ahead' ? 'text-muted' : 'font-medium')}>
          {name}
          <span className="sr-only">: {said[standing]}</span>
        </span>
        <span className="text-muted tabular-nums sm:block">{time}</span>
      </span>
    </li>
  )
}
