import type { Entry, EventKind } from '@/components/ui/event-history'
import type { JobEvent } from '@/lib/api/types'
import { formatName } from '@/lib/format'

const words: Record<string, readonly [EventKind, string]> = {
  created: ['progress', 'The job was accepted.'],
  generating: ['progress', 'Began to generate and store rows.'],
  paused: ['control', 'Paused; chunks on their way were still to finish.'],
  resumed: ['control', 'Resumed: waits for its turn.'],
  cancel_requested: ['control', 'Asked to cancel.'],
  retried: ['control', 'Tried again.'],
  repeated: ['trouble', 'Chunks were asked for again.'],
  gave_up: ['trouble', 'Gave up on a part.'],
  discarded: ['trouble', 'The rows of this append were removed.'],
  indexing: ['progress', 'All rows are stored: indexes and foreign keys are added.'],
  checking: ['progress', 'Indexes are there: every row is checked.'],
  completed: ['progress', 'Completed: everything is stored and checked.'],
  cancelled: ['trouble', 'Cancelled.'],
  failed: ['trouble', 'Failed.'],
}

/** A word of a newer server is shown as it is. */
const wordsOf = (event: string): readonly [EventKind, string] =>
  words[event] ?? ['progress', `${formatName(event)}.`]

const goesOn = 'Went on to generate and store rows.'
/** A cancelled job is finished too, with what it has, but not checked. */
const ofCancelled: Record<string, string> = {
  indexing: 'What is stored gets its indexes and foreign keys.',
  checking: 'Indexes are there.',
}

function sentenceOf(event: JobEvent, before: readonly JobEvent[]): string {
  const known = wordsOf(event.event)[1]
  if (event.event === 'generating') {
    const last = before.findLast(({ event: name }) => name === 'generating' || name === 'retried')
    return last?.event === 'generating' ? goesOn : known
  }
  return (event.state === 'cancelling' ? ofCancelled[event.event] : undefined) ?? known
}

/** A job's events in words, newest first. */
export function entriesOf(events: readonly JobEvent[]): Entry[] {
  let attempt = 1
  const entries = events.map((event, place) => {
    if (event.event === 'retried') attempt += 1
    const { at, detail } = event
    return {
      at,
      attempt,
      kind: wordsOf(event.event)[0],
      words: sentenceOf(event, events.slice(0, place)),
      detail,
    }
  })
  return entries.toReversed()
}
