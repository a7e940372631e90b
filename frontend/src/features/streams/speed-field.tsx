import type { ReactElement } from 'react'

import { SelectField, TextField } from '@/components/ui/field'

import { speedPresets, type SpeedChoice } from './speeds'

/** Chooses how fast a stream plays: a preset, or a number. */
export function SpeedField({
  choice,
  error,
  onChange,
}: {
  choice: SpeedChoice
  error: string | undefined
  onChange: (choice: SpeedChoice) => void
}): ReactElement {
  const isOther = choice.preset === 'other'
  return (
    <div className="space-y-3">
      <SelectField
        label="Speed"
        value={choice.preset}
        error={isOther ? undefined : error}
        onChange={({ target }) => onChange({ ...choice, preset: target.value })}
      >
        {speedPresets.map(({ value, name, about }) => (
          <option key={value} value={value}>
            {name}: {about}
          </option>
        ))}
        <option value="other">Another speed</option>
      </SelectField>
      {isOther && (
        <TextField
          label="Times as fast as in reality"
          inputMode="decimal"
          autoComplete="off"
          value={choice.typed}
          error={error}
          onChange={({ target }) => onChange({ ...choice, typed: target.value })}
        />
      )}
    </div>
  )
}
