import type { Tone } from '@/components/ui/badge'
import type { Stream, StreamState } from '@/lib/api/types'
import { formatNumber } from '@/lib/format'

export const streamStates = [
  'queued',
  'preparing',
  'playing',
  'paused',
  'ended',
  'stopped',
  'failed',
] as const satisfies readonly StreamState[]

export type StreamAction = 'pause' | 'resume' | 'stop'

const tones: Record<StreamState, Tone> = {
  queued: 'plain',
  preparing: 'accent',
  playing: 'accent',
  paused: 'warn',
  ended: 'good',
  stopped: 'plain',
  failed: 'danger',
}

export const toneOf = (state: StreamState): Tone => tones[state]

/** Whether nothing more will happen to the stream by itself. */
export const isOver = ({ state }: Pick<Stream, 'state'>): boolean =>
  state === 'ended' || state === 'stopped' || state === 'failed'

/** Whether a stream stands still, so that what it adds up to is known or is being worked out. */
export const standsStill = ({ state }: Pick<Stream, 'state'>): boolean =>
  state === 'paused' || state === 'stopped' || state === 'ended'

type Wish = Pick<Stream, 'state' | 'goal'>

/** What a stream allows as it stands, and as its owner wants it already. */
export function actionsOf({ state, goal }: Wish): readonly StreamAction[] {
  if (state === 'failed') return ['resume']
  if (isOver({ state }) || goal === 'stop') return []
  return [goal === 'pause' ? 'resume' : 'pause', 'stop']
}

const words: Record<StreamState, string> = {
  queued: 'Waiting for a player',
  preparing: 'Making its events',
  playing: 'Playing',
  paused: 'Paused',
  ended: 'Ended',
  stopped: 'Stopped',
  failed: 'Failed',
}

/** What the stream is on the way to, where its owner wants it otherwise than it is. */
export function onTheWay({ state, goal }: Wish): string | null {
  if (isOver({ state })) return null
  if (goal === 'stop') return 'stopping…'
  if (goal === 'pause' && state !== 'paused') return 'pausing…'
  return goal === 'play' && state === 'paused' ? 'resuming…' : null
}

/** What the stream is doing in a few words: `Playing, pausing…`. */
export const phaseOf = (stream: Wish): string =>
  [words[stream.state], onTheWay(stream)].filter((one) => one !== null).join(', ')

/** 60 → `60×`; `max` → `as fast as it goes`. */
export const speedText = (speed: Stream['speed']): string =>
  speed === 'max' ? 'as fast as it goes' : `${formatNumber(speed)}×`

/** Whether the stream still plays at once what happened before its clock runs. */
export const isCatchingUp = ({ state, speed, live_from, event_time }: Stream): boolean =>
  state === 'playing' &&
  speed !== 'max' &&
  live_from !== null &&
  (event_time === null || Date.parse(event_time) < Date.parse(live_from))
