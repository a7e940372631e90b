import type { ReactElement, ReactNode } from 'react'

import { CopyButton } from '@/components/ui/copy-button'
import { Notice } from '@/components/ui/notice'
import type { Stream } from '@/lib/api/types'
import { formatCounted, formatMomentLine } from '@/lib/format'

import { isOver } from './states'

function Failed({ stream }: { stream: Stream }): ReactElement {
  return (
    <Notice tone="danger">
      <h2 className="text-base font-semibold">The stream failed</h2>
      <p className="mt-2 break-words">{stream.error ?? 'The server gave no reason.'}</p>
      <h3 className="mt-4 font-semibold">What to do</h3>
      <ul className="mt-1 list-disc space-y-1 pl-5">
        <li>Press “Resume”: it goes on behind the last event that has arrived.</li>
        <li>
          If it fails again, give the operator the stream’s id: <code className="break-all">{stream.id}</code>{' '}
          <CopyButton text={stream.id} what="the stream’s id" />
        </li>
      </ul>
    </Notice>
  )
}

const full = (sentence: string): string => (/[.!?]$/.test(sentence) ? sentence : `${sentence}.`)

function wordsOf(stream: Stream): ReactNode {
  const { state, goal, events_sent: sent, event_time: time } = stream
  switch (state) {
    case 'queued':
      return time === null
        ? 'No player has taken it yet. It begins by itself as soon as one is free.'
        : 'No player has taken it yet. It goes on by itself, behind the last event that has arrived.'
    case 'preparing':
      return 'Its events are made and put in order first. Then they are sent.'
    case 'paused':
      return goal === 'pause'
        ? 'Paused: no event is sent, and its clock stands still, until you resume it. Its dataset takes no other stream.'
        : null
    case 'stopped':
      return sent === 0
        ? 'Stopped before its first event. It cannot be resumed.'
        : `Stopped at ${formatMomentLine(time)}. It cannot be resumed; ${formatCounted(sent, 'event')} in Kafka ${sent === 1 ? 'stays' : 'stay'} there.`
    case 'ended':
      return `Ended: ${sent === 1 ? 'its one event is' : `all its ${formatCounted(sent, 'event')} are`} in Kafka, and ${sent === 1 ? 'stays' : 'stay'} there.`
    case 'playing':
    case 'failed':
      return null
  }
}

/** What there is to know of a stream that does not simply play: why it failed, what it waits for, how it ended. */
export function Situation({ stream }: { stream: Stream }): ReactElement | null {
  if (stream.state === 'failed') return <Failed stream={stream} />
  const waiting = isOver(stream) ? null : stream.waiting_for
  const words = wordsOf(stream)
  return (
    <>
      {waiting !== null && (
        <Notice tone="warn">
          <p className="break-words">{full(waiting)}</p>
          <p className="mt-1">
            The stream goes on by itself as soon as it can, and leaves no event out. If this lasts, tell the
            operator.
          </p>
        </Notice>
      )}
      {words !== null && <Notice tone={stream.state === 'paused' ? 'warn' : 'plain'}>{words}</Notice>}
    </>
  )
}
