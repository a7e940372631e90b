import { Fragment, useState, type ReactElement } from 'react'

import { formatCount, formatDay } from '@/lib/format'

import { Button } from './button'
import { SelectField } from './field'
import { Time } from './time'

export const eventKinds = ['progress', 'control', 'trouble'] as const
export type EventKind = (typeof eventKinds)[number]

/** An event in words. */
export interface Entry {
  at: string
  attempt: number
  kind: EventKind
  words: string
  /** More about it, from the server. */
  detail: string | null
}

const kinds: Record<EventKind, string> = {
  progress: 'Progress',
  control: 'What was asked for',
  trouble: 'Trouble',
}

/** A list longer than this can be filtered, and is cut until all of it is asked for. */
const long = 8

const dots: Record<EventKind, string> = { progress: 'bg-accent', control: 'bg-muted', trouble: 'bg-danger' }

function Line({ entry }: { entry: Entry }): ReactElement {
  return (
    <li className="flex gap-3">
      <span className="shrink-0 text-muted tabular-nums">
        <Time at={entry.at} precision="clock" />
      </span>
      <span aria-hidden="true" className={`mt-2 size-1.5 shrink-0 rounded-full ${dots[entry.kind]}`} />
      <span className="min-w-0 break-words">
        {entry.words}
        {entry.detail !== null && <span className="block text-muted">{entry.detail}</span>}
      </span>
    </li>
  )
}

/** The day, and the attempt where there were several, wherever they change. */
function headingOf(entry: Entry, before: Entry | undefined, attempts: number): string | null {
  const day = formatDay(entry.at)
  const isNewDay = before === undefined || formatDay(before.at) !== day
  const isNewAttempt = attempts > 1 && before?.attempt !== entry.attempt
  if (!isNewDay && !isNewAttempt) return null
  return isNewAttempt ? `Attempt ${entry.attempt} · ${day}` : day
}

/** What happened to something and when, as given: newest first. */
export function EventHistory({ entries }: { entries: readonly Entry[] }): ReactElement {
  const [kind, setKind] = useState<EventKind | ''>('')
  const [all, setAll] = useState(false)
  const attempts = entries[0]?.attempt ?? 1
  const found = entries.filter((entry) => kind === '' || entry.kind === kind)
  const shown = all ? found : found.slice(0, long)
  return (
    <>
      {entries.length > long && (
        <div className="mb-4">
          <SelectField
            label="Events shown"
            hideLabel
            value={kind}
            onChange={({ target }) => setKind(eventKinds.find((name) => name === target.value) ?? '')}
          >
            <option value="">Every event</option>
            {eventKinds.map((name) => (
              <option key={name} value={name}>
                {kinds[name]}
              </option>
            ))}
          </SelectField>
        </div>
      )}
      {found.length === 0 && <p className="text-sm text-muted">No such event.</p>}
      <ol className="space-y-2.5 text-sm">
        {shown.map((entry, place) => {
          const heading = headingOf(entry, shown[place - 1], attempts)
          return (
            <Fragment key={`${entry.at} ${place}`}>
              {heading !== null && (
                <li className="pt-1 text-xs font-medium text-muted first:pt-0">{heading}</li>
              )}
              <Line entry={entry} />
            </Fragment>
          )
        })}
      </ol>
      {shown.length < found.length && (
        <div className="mt-4">
          <Button size="small" onClick={() => setAll(true)}>
            Show all {formatCount(found.length)}
          </Button>
        </div>
      )}
    </>
  )
}
