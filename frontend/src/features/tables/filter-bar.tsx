import { useState, type ReactElement, type SubmitEvent } from 'react'

import { Button } from '@/components/ui/button'
import { SelectField, TextField } from '@/components/ui/field'
import type { Table } from '@/lib/api/types'
import { textOf } from '@/lib/forms'

import { operators, withFilter, type Filter, type Operator, type Selection } from './selection'

interface Props {
  table: Table
  selection: Selection
  onSelect: (changed: Partial<Selection>) => void
}

function PrefixSearch({ table, selection, onSelect }: Props): ReactElement | null {
  const searched = table.columns.filter((column) => column.searchable).map((column) => column.name)
  if (searched.length === 0) return null
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    onSelect({ q: textOf(event.currentTarget, 'q') })
  }
  return (
    <form onSubmit={submit} role="search" className="flex min-w-0 items-end gap-2">
      <TextField
        key={selection.q}
        label={`Begins with (${searched.join(', ')})`}
        name="q"
        type="search"
        defaultValue={selection.q}
      />
      <Button type="submit">Search</Button>
    </form>
  )
}

function NewFilter({ table, selection, onSelect }: Props): ReactElement | null {
  const columns = table.columns.filter((column) => column.filterable)
  const [name, setName] = useState(columns[0]?.name ?? '')
  const [value, setValue] = useState('')
  if (columns.length === 0) return null
  const choices = columns.find((column) => column.name === name)?.values ?? null
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const filter: Filter = {
      column: name,
      operator: textOf(event.currentTarget, 'operator') as Operator,
      value: value.trim(),
    }
    if (filter.value === '') return
    onSelect({ filters: withFilter(selection.filters, filter) })
    setValue('')
  }
  return (
    <form onSubmit={submit} aria-label="Filter" className="flex flex-wrap items-end gap-2">
      <SelectField
        label="Column"
        className="font-mono"
        value={name}
        onChange={(event) => {
          setName(event.target.value)
          setValue('')
        }}
      >
        {columns.map((column) => (
          <option key={column.name}>{column.name}</option>
        ))}
      </SelectField>
      <SelectField label="Is" name="operator">
        {Object.entries(operators).map(([name, sign]) => (
          <option key={name} value={name}>
            {sign}
          </option>
        ))}
      </SelectField>
      {choices === null ? (
        <TextField
          label="Value"
          value={value}
          onChange={(event) => setValue(event.target.value)}
          className="max-w-44"
        />
      ) : (
        <SelectField label="Value" value={value} onChange={(event) => setValue(event.target.value)}>
          <option value="">Choose…</option>
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </SelectField>
      )}
      <Button type="submit">Add filter</Button>
    </form>
  )
}

function ActiveFilters({ selection, onSelect }: Omit<Props, 'table'>): ReactElement | null {
  if (selection.filters.length === 0) return null
  return (
    <ul aria-label="Filters" className="flex flex-wrap gap-2">
      {selection.filters.map((filter, index) => {
        const words = `${filter.column} ${operators[filter.operator]} ${filter.value}`
        return (
          <li key={words}>
            <button
              type="button"
              aria-label={`Remove filter ${words}`}
              onClick={() => onSelect({ filters: selection.filters.filter((_, other) => other !== index) })}
              className="inline-flex min-h-8 items-center gap-2 rounded-full bg-accent-soft px-3 font-mono text-xs text-accent"
            >
              {words} <span aria-hidden="true">✕</span>
            </button>
          </li>
        )
      })}
    </ul>
  )
}

/** Prefix search and filters over the columns that allow them. */
export function FilterBar(props: Props): ReactElement {
  return (
    <div className="space-y-3">
      <div className="flex flex-wrap items-end gap-x-6 gap-y-3">
        <PrefixSearch {...props} />
        <NewFilter {...props} />
      </div>
      <ActiveFilters {...props} />
    </div>
  )
}
