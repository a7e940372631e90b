import type { Entry, EventKind } from '@/components/ui/event-history'
import type { StreamEvent } from '@/lib/api/types'
import { formatName } from '@/lib/format'

const words: Record<string, readonly [EventKind, string]> = {
  created: ['progress', 'The stream was accepted.'],
  preparing: ['progress', 'A player took it, and began to make its events.'],
  playing: ['progress', 'Began to send events.'],
  pause: ['control', 'Asked to pause.'],
  paused: ['control', 'Paused.'],
  resume: ['control', 'Asked to resume.'],
  stop: ['control', 'Asked to stop.'],
  stopped: ['control', 'Stopped.'],
  ended: ['progress', 'Ended: all its events are in Kafka.'],
  failed: ['trouble', 'Failed.'],
}

/** A word of a newer server is shown as it is. */
const wordsOf = (event: string): readonly [EventKind, string] =>
  words[event] ?? ['progress', `${formatName(event)}.`]

const speedSentence = (speed: string | null): string =>
  speed === 'max' || speed === null
    ? 'Asked for another speed: as fast as it goes.'
    : `Asked for another speed: ${speed}×.`

/** A stream's events in words, newest first. */
export function entriesOf(events: readonly StreamEvent[]): Entry[] {
  return events
    .map(({ at, event, detail }): Entry => {
      if (event === 'speed')
        return { at, attempt: 1, kind: 'control', words: speedSentence(detail), detail: null }
      const [kind, sentence] = wordsOf(event)
      return { at, attempt: 1, kind, words: sentence, detail }
    })
    .toReversed()
}
