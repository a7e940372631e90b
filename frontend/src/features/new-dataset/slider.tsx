import type { ReactElement } from 'react'

import { scaled } from './draft'
import type { NumberSetting } from './spec-schema'

const leading = [1, 1.5, 2, 3, 5, 7] as const

/** Round numbers from one bound to the other, six to each power of ten. */
export function notches(least: number, most: number): number[] {
  const powers = Array.from({ length: Math.ceil(Math.log10(most)) + 1 }, (_, power) => 10 ** power)
  const rounds = powers.flatMap((power) => leading.map((first) => first * power)).filter(Number.isInteger)
  return [...new Set([least, ...rounds, most])]
    .filter((one) => one >= least && one <= most)
    .sort((a, b) => a - b)
}

/** The place of the notch that is nearest to a value, by ratio. */
export function nearest(values: readonly number[], value: number): number {
  const distances = values.map((one) => Math.abs(Math.log(one / value)))
  return distances.indexOf(Math.min(...distances))
}

/** Chooses a number by its place in its range, where the range has two ends. */
export function Slider({
  setting: { label, least, most },
  kind,
  value,
  valueText,
  times,
  onChange,
}: {
  setting: NumberSetting
  kind: { step: number } | 'growing'
  value: number | null
  valueText: string
  times: number
  onChange: (value: number) => void
}): ReactElement | null {
  if (least === null || most === null) return null
  const common = {
    type: 'range',
    'aria-label': `${label}, slider`,
    'aria-valuetext': valueText,
    className: 'slider mt-1',
  }
  if (kind === 'growing') {
    const values = notches(Math.max(least, 1), most)
    return (
      <input
        {...common}
        min={0}
        max={values.length - 1}
        value={value === null ? 0 : nearest(values, Math.max(value, 1))}
        onChange={({ target }) => onChange(values[target.valueAsNumber] ?? least)}
      />
    )
  }
  return (
    <input
      {...common}
      min={scaled(least, times)}
      max={scaled(most, times)}
      step={kind.step}
      value={scaled(value ?? least, times)}
      onChange={({ target }) => onChange(scaled(target.valueAsNumber, 1 / times))}
    />
  )
}
