import { create } from 'zustand'

import { config } from '@/config'
import type { Stream } from '@/lib/api/types'

/** How many events a second came from the point before until this one, by this browser's clock in milliseconds. */
export interface RatePoint {
  at: number
  rate: number
}

interface Seen {
  /** The newest version of the stream that was looked at. */
  version: number
  /** Oldest first. */
  points: readonly RatePoint[]
}

interface Rates {
  streams: Readonly<Record<string, Seen>>
}

const key = 'cartload.rates'

/** What was seen of the pace of each stream since this tab was opened. The server keeps no such history. */
export const useRates = create<Rates>(() => ({ streams: {} }))

/** Two neighbours become one, whose rate is their mean by time: events, the product of both, stay the same. */
function thinned([first, ...points]: readonly RatePoint[]): RatePoint[] {
  if (first === undefined) return []
  const kept = [first]
  for (let place = 0; place < points.length; place += 2) {
    const one = points[place]
    const other = points[place + 1] ?? one
    const from = kept.at(-1)?.at ?? 0
    if (one === undefined || other === undefined) break
    const length = other.at - from
    const events = one.rate * (one.at - from) + other.rate * (other.at - one.at)
    kept.push({ at: other.at, rate: length > 0 ? events / length : other.rate })
  }
  return kept
}

function withPoint(points: readonly RatePoint[], point: RatePoint): readonly RatePoint[] {
  const longer = [...points, point]
  return longer.length > config.rates.ofStream ? thinned(longer) : longer
}

/** Notes how fast a stream is, unless a newer state of it was seen before. One that does not play has no events. */
export function observeRate(stream: Stream): void {
  useRates.setState((held) => {
    const before = held.streams[stream.id]
    if (before !== undefined && before.version >= stream.version) return held
    const point = { at: Date.now(), rate: stream.events_per_second ?? 0 }
    const seen = { version: stream.version, points: withPoint(before?.points ?? [], point) }
    const streams = Object.entries({ ...held.streams, [stream.id]: seen }).slice(-config.rates.streams)
    return { streams: Object.fromEntries(streams) }
  })
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)

function isPoint(value: unknown): value is RatePoint {
  const { at, rate } = (value ?? {}) as Record<keyof RatePoint, unknown>
  return isNumber(at) && isNumber(rate)
}

function isSeen(value: unknown): value is Seen {
  const { version, points } = (value ?? {}) as Record<keyof Seen, unknown>
  return isNumber(version) && Array.isArray(points) && points.every(isPoint)
}

/** Takes up what this tab had seen before it was reloaded. */
export function restoreRates(): void {
  try {
    const kept: unknown = JSON.parse(window.sessionStorage.getItem(key) ?? '{}')
    const streams = Object.entries(kept ?? {}).filter((entry): entry is [string, Seen] => isSeen(entry[1]))
    useRates.setState({ streams: Object.fromEntries(streams) })
  } catch {
    // No storage, or nothing that can be read: the chart begins now.
  }
}

/** Keeps what was seen for the time of a reload, in this tab alone. */
export function keepRates(): void {
  try {
    window.sessionStorage.setItem(key, JSON.stringify(useRates.getState().streams))
  } catch {
    // No storage, or it is full: the chart begins anew after the reload.
  }
}

/** Forgets everything, as at sign-out. */
export function forgetRates(): void {
  useRates.setState({ streams: {} })
  try {
    window.sessionStorage.removeItem(key)
  } catch {
    // Where there is no storage, nothing was kept.
  }
}
