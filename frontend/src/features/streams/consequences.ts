import type { Consequences } from '@/components/ui/question'
import type { Stream } from '@/lib/api/types'
import { formatCounted } from '@/lib/format'

import { isOver } from './states'

const inKafka = ({ events_sent: sent }: Stream): string =>
  sent === 0 ? 'Nothing is in Kafka yet' : `${formatCounted(sent, 'event')} in Kafka, and the topics`

/** What stopping a stream does. */
export const consequencesOfStop = (stream: Stream): Consequences => ({
  question: 'Stop this stream?',
  confirm: 'Stop the stream',
  stays: `${inKafka(stream)}. This page stays too, with what they add up to.`,
  goes: 'Every event that is not sent yet.',
  costs: 'A stopped stream cannot be resumed. A new one begins anew, or at a moment that you choose.',
})

/** What deleting a stream does. */
export const consequencesOfDeletion = (stream: Stream): Consequences => ({
  question: 'Delete this stream?',
  confirm: 'Delete the stream',
  stays: `${inKafka(stream)}. Your dataset stays as it is.`,
  goes: 'This page, with its history and what the events add up to.',
  costs: isOver(stream)
    ? 'A deleted stream cannot be brought back.'
    : 'It stops where it is, and cannot be brought back.',
})

/** What comes of the actions that ask nothing. */
export const whatTheyDo = {
  pause: 'Pause: no event is sent, and its clock stands still, until you resume it.',
  resume: 'Resume: it goes on behind the last event that has arrived, and leaves none out.',
  stop: 'Stop: it ends where it is, for good.',
} as const
