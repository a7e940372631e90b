import { describe, expect, it } from 'vitest'

import { ApiError } from '@/lib/api/problem'

import { collectValidationErrors } from './validation-errors'
import { draftFrom, readDraft } from './spec-form'
import { fieldsOf, partsOf, presetsOf } from './spec-schema'

const schema = {
  $defs: {
    Ids: { enum: ['uuid', 'integer'], type: 'string' },
    Orders: { type: 'object', properties: {} },
  },
  properties: {
    orders: { $ref: '#/$defs/Orders' },
    locales: { type: 'object', additionalProperties: { type: 'integer' } },
    growth: { type: 'number', default: 1.3, minimum: 0.1, maximum: 10 },
    customers: { type: 'integer', title: 'Customers', default: 1000, minimum: 1, maximum: 100_000_000 },
    seed: { type: 'integer', default: 1, minimum: 0, exclusiveMaximum: 100 },
    ids: { $ref: '#/$defs/Ids', default: 'uuid', description: 'Kind of keys.' },
    name: { type: 'string', default: 'dataset', maxLength: 10 },
    note: { anyOf: [{ type: 'string' }, { type: 'null' }], default: null },
  },
  presets: {
    tiny: { name: 'tiny', customers: 100 },
    busy: { name: 'busy', orders: { per_customer: 9 } },
  },
}

const fields = fieldsOf(schema)

const draft = (
  values: Record<string, string>,
  rest = '',
): { values: Record<string, string>; rest: string } => ({
  values: { ...draftFrom(fields, undefined).values, ...values },
  rest,
})

describe('the form drawn from the schema', () => {
  it('has the simple fields, what people set most first', () => {
    expect(fields.map(({ name, kind }) => [name, kind])).toEqual([
      ['name', 'text'],
      ['customers', 'integer'],
      ['seed', 'integer'],
      ['ids', 'choice'],
      ['growth', 'number'],
      ['note', 'text'],
    ])
  })

  it('leaves what has parts of its own to JSON', () => {
    expect(partsOf(schema)).toEqual(['orders', 'locales'])
  })

  it('takes choices, bounds and defaults through references', () => {
    const [, customers, seed, ids, , note] = fields
    expect(customers).toMatchObject({ label: 'Customers', least: 1, most: 100_000_000, initial: '1000' })
    expect(seed).toMatchObject({ label: 'Seed', least: 0, most: 99 })
    expect(ids).toMatchObject({ choices: ['uuid', 'integer'], description: 'Kind of keys.', initial: 'uuid' })
    expect(note?.initial).toBe('')
  })

  it('survives a schema that is none', () => {
    expect(fieldsOf({})).toEqual([])
    expect(presetsOf({ presets: 7 })).toEqual([])
  })

  it('opens with the settings of a preset', () => {
    const presets = presetsOf(schema)
    expect(presets.map(({ name }) => name)).toEqual(['tiny', 'busy'])
    expect(draftFrom(fields, presets[0]).values).toMatchObject({ name: 'tiny', customers: '100', seed: '1' })
    expect(JSON.parse(draftFrom(fields, presets[1]).rest)).toEqual({ orders: { per_customer: 9 } })
  })
})

describe('reading the form', () => {
  it('makes a spec of numbers and texts, and leaves out what is empty', () => {
    expect(readDraft(fields, draft({ customers: '20,000', seed: '', name: ' Pine ' }))).toEqual({
      spec: { name: 'Pine', customers: 20_000, ids: 'uuid', growth: 1.3 },
      wrong: null,
    })
  })

  it('joins what is given as JSON', () => {
    const { spec } = readDraft(fields, draft({}, '{"orders": {"per_customer": 2}}'))
    expect(spec).toMatchObject({ orders: { per_customer: 2 }, customers: 1000 })
  })

  it('names every field that is wrong, with its bounds', () => {
    const { wrong } = readDraft(
      fields,
      draft({ customers: '0', seed: 'x', growth: '11', name: 'far too long' }, '[1]'),
    )
    expect(wrong).toEqual({
      customers: 'Enter a whole number from 1 to 100,000,000.',
      seed: 'Enter a whole number from 0 to 99.',
      growth: 'Enter a number from 0.1 to 10.',
      name: 'Use at most 10 characters.',
      rest: 'This is not a JSON object.',
    })
  })
})

describe('validation errors', () => {
  const error = new ApiError({
    status: 422,
    title: 'Not valid',
    detail: null,
    fields: [
      { field: 'customers', message: 'Too many.' },
      { field: 'orders.items', message: 'Too large.' },
      { field: '', message: 'Odd.' },
    ],
  })

  it('stand beside the field they are about', () => {
    expect(collectValidationErrors({}, error, fields)).toEqual({
      byField: { customers: 'Too many.', rest: 'orders.items: Too large.' },
      general: ['Odd.'],
    })
  })

  it('of the form itself come before those of the server', () => {
    expect(collectValidationErrors({ customers: 'Enter a number.' }, error, fields).byField.customers).toBe(
      'Enter a number.',
    )
  })
})
