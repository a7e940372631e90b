import type { ReactElement } from 'react'

import { NumberField, SelectField, TextField } from '@/components/ui/field'
import { formatNumber } from '@/lib/format'

import { choose, readNumber, scaled, textOf, type, valueOf, type Reading } from './draft'
import type { FormState } from './form-state'
import { ListInput } from './list-input'
import { NumbersInput } from './numbers-input'
import { isSkew } from './skew'
import { SkewPlot } from './skew-plot'
import { Slider } from './slider'
import { lookOf } from './spec-layout'
import type { NumberSetting, Setting, TextSetting } from './spec-schema'
import { WeightsInput } from './weights-input'

type Props<Kind> = FormState & { setting: Kind }

function NumberInput({ setting, draft, errors, change }: Props<NumberSetting>): ReactElement {
  const { path, label, description, initial, nullable } = setting
  const { unit, times = 1, slider, none } = lookOf(path)
  const value = valueOf(draft, setting)
  const unset = nullable && initial === null ? 'by size' : undefined
  return (
    <NumberField
      label={label}
      unit={unit}
      hint={description}
      error={errors.byPath[path]}
      value={draft.typed[path]?.text ?? textOf(value, times)}
      placeholder={value === null && none !== undefined ? none : unset}
      onChange={({ target: { value: text } }) =>
        change(type(draft, path, path, text, readNumber(text, setting, times)))
      }
      below={
        <>
          {slider !== undefined && (
            <Slider
              setting={setting}
              kind={slider}
              value={typeof value === 'number' ? value : null}
              valueText={typeof value === 'number' ? formatNumber(scaled(value, times)) : (unset ?? '')}
              times={times}
              onChange={(next) => change(choose(draft, path, next))}
            />
          )}
          {isSkew(path) && typeof value === 'number' && <SkewPlot path={path} exponent={value} />}
          {none !== undefined && (
            <label className="mt-2 flex items-center gap-2 text-sm">
              <input
                type="checkbox"
                className="size-4 accent-accent"
                checked={value === null}
                onChange={({ target }) => change(choose(draft, path, target.checked ? null : undefined))}
              />
              {none}
            </label>
          )}
        </>
      }
    />
  )
}

function readText(text: string, { longest }: TextSetting): Reading {
  const value = text.trim()
  if (longest !== null && value.length > longest)
    return { message: `Use at most ${String(longest)} characters.` }
  return { value: value === '' ? undefined : value }
}

/** What the browser's field says, which leaves out seconds that are 0, as the spec has it. */
const momentOf = (text: string): string | undefined =>
  text === '' ? undefined : `${text.padEnd(19, ':00')}Z`

/** One setting of the spec, by its kind. */
export function SettingInput({ setting, ...form }: Props<Setting>): ReactElement {
  const { draft, errors, change } = form
  const { path, label, description: hint } = setting
  const common = { label, hint, error: errors.byPath[path] }
  const value = textOf(valueOf(draft, setting))
  switch (setting.kind) {
    case 'number':
      return <NumberInput setting={setting} {...form} />
    case 'choice':
      return (
        <SelectField
          {...common}
          value={value}
          onChange={({ target }) => change(choose(draft, path, target.value))}
        >
          {setting.choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </SelectField>
      )
    case 'date':
      return (
        <TextField
          {...common}
          type="date"
          value={value}
          onChange={({ target }) => change(choose(draft, path, target.value || undefined))}
        />
      )
    case 'moment':
      return (
        <TextField
          {...common}
          type="datetime-local"
          step={1}
          value={value.slice(0, 19)}
          onChange={({ target }) => change(choose(draft, path, momentOf(target.value)))}
        />
      )
    case 'text':
      return (
        <TextField
          {...common}
          autoComplete="off"
          value={draft.typed[path]?.text ?? value}
          onChange={({ target: { value: text } }) =>
            change(type(draft, path, path, text, readText(text, setting)))
          }
        />
      )
    case 'weights':
      return <WeightsInput setting={setting} {...form} />
    case 'numbers':
      return <NumbersInput setting={setting} {...form} />
    case 'list':
      return <ListInput setting={setting} {...form} />
  }
}
