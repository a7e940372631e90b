/** How fast a stream can play, as people choose it. */
import type { Stream } from '@/lib/api/types'
import { formatNumber } from '@/lib/format'
import { parseDecimal } from '@/lib/numbers'

export type Speed = Stream['speed']

/** The least and the most that the clock can run faster than in reality. */
export const speedRange = { least: 1, most: 3_600 } as const

export const speedPresets = [
  { value: '1', name: '1×', about: 'real time' },
  { value: '60', name: '60×', about: 'an hour in a minute' },
  { value: '3600', name: '3,600×', about: 'an hour in a second' },
  { value: 'max', name: 'As fast as it goes', about: 'without a clock' },
] as const

/** A speed as it is chosen: one of the presets, or `other` with what is typed for it. */
export interface SpeedChoice {
  preset: string
  typed: string
}

export function choiceOf(speed: Speed): SpeedChoice {
  const isPreset = speedPresets.some(({ value }) => value === String(speed))
  return isPreset ? { preset: String(speed), typed: '' } : { preset: 'other', typed: formatNumber(+speed) }
}

/** The speed of a choice; null where what is typed is none. */
export function speedOf({ preset, typed }: SpeedChoice): Speed | null {
  if (preset === 'max') return 'max'
  const value = parseDecimal(preset === 'other' ? typed.replaceAll(',', '') : preset)
  return value !== null && value >= speedRange.least && value <= speedRange.most ? value : null
}

export const wrongSpeed = 'Enter a number from 1 to 3,600.'
