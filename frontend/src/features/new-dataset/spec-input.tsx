import type { ReactElement } from 'react'

import { SelectField, TextField } from '@/components/ui/field'

import type { SpecField } from './spec-schema'

/** One simple field of the spec. */
export function SpecInput({
  field,
  value,
  error,
  onChange,
}: {
  field: SpecField
  value: string
  error: string | undefined
  onChange: (value: string) => void
}): ReactElement {
  const common = { label: field.label, name: field.name, hint: field.description, error, value }
  const choices = field.kind === 'switch' ? ['true', 'false'] : field.choices
  if (choices.length > 0)
    return (
      <SelectField {...common} onChange={(event) => onChange(event.target.value)}>
        {field.initial === '' && <option value="">Default</option>}
        {choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </SelectField>
    )
  const numeric = field.kind === 'integer' || field.kind === 'number'
  return (
    <TextField
      {...common}
      inputMode={numeric ? 'decimal' : undefined}
      autoComplete="off"
      onChange={(event) => onChange(event.target.value)}
    />
  )
}
