// @vitest-environment jsdom

import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'

import { SpecInput } from './spec-input'
import { fieldsOf, type SpecField } from './spec-schema'

function fieldFrom(schema: Record<string, unknown>): SpecField {
  const [field] = fieldsOf({ properties: { name: { title: 'Name', ...schema } } })
  if (field === undefined) throw new Error('the schema gives no field')
  return field
}

function draw(schema: Record<string, unknown>, value = ''): string[] {
  const changes: string[] = []
  const onChange = (text: string): void => void changes.push(text)
  render(<SpecInput field={fieldFrom(schema)} value={value} error={undefined} onChange={onChange} />)
  return changes
}

const options = (): (string | null)[] => screen.getAllByRole('option').map((option) => option.textContent)

describe('the input of a field of the spec', () => {
  afterEach(cleanup)

  it('brings a keyboard of digits for numbers', () => {
    draw({ type: 'integer', default: 5 }, '5')
    expect(screen.getByLabelText('Name').getAttribute('inputmode')).toBe('decimal')
  })

  it('is a plain line for texts', () => {
    const changes = draw({ type: 'string', default: '' })
    fireEvent.change(screen.getByLabelText('Name'), { target: { value: 'Pine' } })
    expect(changes).toEqual(['Pine'])
  })

  it('offers the choices there are', () => {
    const changes = draw({ type: 'string', enum: ['csv', 'parquet'], default: 'csv' }, 'csv')
    expect(options()).toEqual(['csv', 'parquet'])
    fireEvent.change(screen.getByLabelText('Name'), { target: { value: 'parquet' } })
    expect(changes).toEqual(['parquet'])
  })

  it('offers the default by name where it has no value', () => {
    draw({ type: 'string', enum: ['csv', 'parquet'] })
    expect(options()).toEqual(['Default', 'csv', 'parquet'])
  })

  it('switches with two choices', () => {
    draw({ type: 'boolean', default: true }, 'true')
    expect(options()).toEqual(['true', 'false'])
  })
})
