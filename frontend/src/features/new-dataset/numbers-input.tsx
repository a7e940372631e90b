import { useState, type ReactElement } from 'react'

import { TextField } from '@/components/ui/field'

import { choose, readNumbers, type, valueOf } from './draft'
import type { FormState } from './form-state'
import { SettingGroup } from './setting-group'
import { placeOf } from './spec-layout'
import type { NumbersSetting } from './spec-schema'

/** So many bars have room beside each other, wide enough for a finger. */
const mostBars = 12

const tops = [200, 500]

function Bar({
  label,
  short,
  value,
  top,
  errorId,
  onChange,
}: {
  label: string
  short: string
  value: number
  top: number
  errorId: string | undefined
  onChange: (value: number) => void
}): ReactElement {
  const height = (100 * value) / top
  return (
    <div className="min-w-0 text-center text-xs text-muted tabular-nums">
      <div className="relative h-20 rounded-sm bg-sunken has-focus-visible:outline-2 has-focus-visible:outline-offset-1 has-focus-visible:outline-accent">
        <svg
          viewBox="0 0 10 100"
          preserveAspectRatio="none"
          aria-hidden="true"
          className="absolute size-full"
        >
          <rect y={100 - height} width="10" height={height} className="fill-accent" />
        </svg>
        <input
          type="range"
          aria-label={label}
          aria-describedby={errorId}
          aria-invalid={errorId !== undefined || undefined}
          title={`${label}: ${String(value)}`}
          min={1}
          max={top}
          value={value}
          onChange={({ target }) => onChange(target.valueAsNumber)}
          className="absolute inset-0 size-full cursor-ns-resize opacity-0 [direction:rtl] [writing-mode:vertical-lr]"
        />
      </div>
      {short}
    </div>
  )
}

/** A fixed count of numbers, as bars that can be dragged and as a line of text. */
export function NumbersInput({
  setting,
  draft,
  errors,
  change,
}: FormState & { setting: NumbersSetting }): ReactElement {
  const { path, label, count, rule } = setting
  const most = rule.most ?? Infinity
  const value = valueOf(draft, setting)
  const values = Array.from({ length: count }, (_, index): number => {
    const one: unknown = Array.isArray(value) ? value[index] : undefined
    return typeof one === 'number' ? one : 0
  })
  // Only ever grows, since a scale that shrank below a finger that drags would run away from it.
  const [least, setLeast] = useState(0)
  const largest = Math.max(...values)
  const top = Math.max(least, tops.find((one) => largest <= one) ?? Math.min(most, 1_000))
  if (top > least) setLeast(top)
  const columns = Math.min(count, mostBars)
  return (
    <SettingGroup setting={setting} error={errors.byPath[path]}>
      {(errorId) => (
        <>
          <div
            className={`mb-2 grid gap-x-0.5 gap-y-2 ${columns === mostBars ? 'grid-cols-12' : 'grid-cols-7'}`}
          >
            {values.map((one, index) => {
              const place = placeOf(path, index)
              return (
                <Bar
                  key={place}
                  label={`${label}: ${place}`}
                  short={count > mostBars ? String(index) : place.slice(0, 3)}
                  value={one}
                  top={top}
                  errorId={errorId}
                  onChange={(next) => change(choose(draft, path, values.with(index, next)))}
                />
              )
            })}
          </div>
          <TextField
            hideLabel
            label={`${label}, as numbers`}
            autoComplete="off"
            className="font-mono tabular-nums"
            groupErrorId={errorId}
            value={draft.typed[path]?.text ?? values.join(', ')}
            onChange={({ target: { value: text } }) =>
              change(type(draft, path, path, text, readNumbers(text, count, rule)))
            }
          />
        </>
      )}
    </SettingGroup>
  )
}
