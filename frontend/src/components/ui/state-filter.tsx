import type { ReactElement } from 'react'
import { useSearchParams } from 'react-router'

import { SelectField } from '@/components/ui/field'
import { formatName } from '@/lib/format'

/** The state that the URL asks a list for; undefined: all of them. */
export function useStateFilter<State extends string>(states: readonly State[]): State | undefined {
  const [search] = useSearchParams()
  return states.find((name) => name === search.get('state'))
}

/** Chooses the state that a list shows; the URL holds it. */
export function StateFilter({ states }: { states: readonly string[] }): ReactElement {
  const [, setSearch] = useSearchParams()
  const state = useStateFilter(states)
  return (
    <SelectField
      label="State"
      hideLabel
      value={state ?? ''}
      onChange={(event) => setSearch(event.target.value === '' ? {} : { state: event.target.value })}
    >
      <option value="">Every state</option>
      {states.map((name) => (
        <option key={name} value={name}>
          {formatName(name)}
        </option>
      ))}
    </SelectField>
  )
}
