import type { ReactElement } from 'react'

import { NumberField } from '@/components/ui/field'

import { readNumber, textOf, type, valueOf, type Reading } from './draft'
import type { FormState } from './form-state'
import { SettingGroup } from './setting-group'
import { keyName, lookOf } from './spec-layout'
import { isJson, type WeightsSetting } from './spec-schema'

/** A number for each of some keys; a key without one is left out. */
export function WeightsInput({
  setting,
  draft,
  errors,
  change,
}: FormState & { setting: WeightsSetting }): ReactElement {
  const { path, keys, rule } = setting
  const { unit, times = 1 } = lookOf(path)
  const value = valueOf(draft, setting)
  const held = isJson(value) ? value : {}
  const enter = (key: string, text: string): void => {
    const reading = readNumber(text, rule, times)
    const read = 'value' in reading ? reading.value : undefined
    // A key without a value is gone from the spec, as it is from JSON.
    const next = Object.fromEntries(
      Object.entries({ ...held, [key]: read }).filter(([, one]) => one !== undefined),
    )
    const whole: Reading = 'message' in reading ? reading : { value: next }
    change(type(draft, path, `${path}.${key}`, text, whole))
  }
  return (
    <SettingGroup setting={setting} error={errors.byPath[path]}>
      {(errorId) => (
        <div className="grid gap-x-6 gap-y-2 sm:grid-cols-2 lg:grid-cols-1">
          {keys.map((key) => (
            <NumberField
              key={key}
              label={keyName(key)}
              unit={unit}
              error={errors.byPath[`${path}.${key}`]}
              groupErrorId={errorId}
              value={draft.typed[`${path}.${key}`]?.text ?? textOf(held[key], times)}
              placeholder="none"
              onChange={({ target }) => enter(key, target.value)}
            />
          ))}
        </div>
      )}
    </SettingGroup>
  )
}
