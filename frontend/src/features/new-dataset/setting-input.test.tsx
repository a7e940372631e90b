// @vitest-environment jsdom

import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { useState, type ReactElement } from 'react'
import { afterEach, describe, expect, it } from 'vitest'

import { ApiError } from '@/lib/api/problem'

import { draftOf, wrongIn } from './draft'
import { sortErrors } from './setting-errors'
import { SettingInput } from './setting-input'
import { settingsOf, type Json } from './spec-schema'

const count = { type: 'integer', minimum: 1, maximum: 1_000 }
const week = { type: 'array', minItems: 7, maxItems: 7, items: count, default: [1, 2, 3, 4, 5, 6, 7] }

/** A spec with only one setting, at a path, as a schema. */
const schemaOf = (path: string, setting: Json): Json => ({
  properties: path.split('.').reduceRight<Json>(
    (inner, name, depth) => ({
      [name]: depth === path.split('.').length - 1 ? inner : { properties: inner },
    }),
    setting,
  ),
})

interface FormProps {
  schema: Json
  spec: Json
  refusal?: ApiError | null
}

function Form({ schema, spec, refusal = null }: FormProps): ReactElement {
  const [settings] = useState(() => settingsOf(schema))
  const [draft, setDraft] = useState(() => draftOf(spec))
  const errors = sortErrors(wrongIn(draft), refusal, settings)
  return (
    <>
      {settings.map((setting) => (
        <SettingInput key={setting.path} setting={setting} draft={draft} errors={errors} change={setDraft} />
      ))}
      <output>{JSON.stringify(draft.spec)}</output>
    </>
  )
}

/** Shows the input of one setting, with what is set already. */
const show = (path: string, setting: Json, spec: Json = {}): ReturnType<typeof render> =>
  render(<Form schema={schemaOf(path, setting)} spec={spec} />)

/** Shows the input of one setting that the server refuses at a field. */
const showRefused = (path: string, setting: Json, held: Json, field: string): ReturnType<typeof render> =>
  render(
    <Form
      schema={schemaOf(path, setting)}
      spec={held}
      refusal={
        new ApiError({ status: 422, title: 'No', detail: null, fields: [{ field, message: 'Refused.' }] })
      }
    />,
  )

/** The spec as it would be sent. */
const spec = (): unknown => JSON.parse(screen.getByRole('status').textContent)
const input = (label: string): HTMLInputElement => screen.getByLabelText<HTMLInputElement>(label)
const set = (label: string, value: string): boolean => fireEvent.change(input(label), { target: { value } })

/** Expects an input to be marked as wrong, with a message that assistive technology finds. */
function expectWrong(label: string, message: string): void {
  expect(input(label).getAttribute('aria-invalid')).toBe('true')
  expect(descriptionsOf(input(label))).toContain(message)
}

/** What assistive technology reads about an element after its name. */
function descriptionsOf(element: Element): (string | null | undefined)[] {
  const ids = element.getAttribute('aria-describedby')?.split(' ') ?? []
  return ids.map((id) => document.getElementById(id)?.textContent)
}

afterEach(cleanup)

describe('a number', () => {
  const share = { type: 'number', minimum: 0, maximum: 0.9, default: 0.05 }

  it.each(['91', '-1', 'half', '1e400', '5 %'])(
    'such as %s is refused, and the last good one kept',
    (text) => {
      show('orders.cancel_rate', share)
      set('Cancelled orders', '7')
      set('Cancelled orders', text)
      expectWrong('Cancelled orders', 'Enter a number from 0 to 90.')
      expect(input('Cancelled orders').value).toBe(text)
      expect(spec()).toEqual({ orders: { cancel_rate: 0.07 } })
    },
  )

  it('that is taken away goes back to its default', () => {
    show('orders.cancel_rate', share, { orders: { cancel_rate: 0.5 } })
    set('Cancelled orders', '')
    expect(spec()).toEqual({})
    expect(input('Cancelled orders, slider').getAttribute('aria-valuetext')).toBe('5')
  })

  it('can be chosen on a slider in the units that are shown, which mends what was typed', () => {
    show('orders.cancel_rate', share)
    set('Cancelled orders', 'many')
    const slider = screen.getByRole<HTMLInputElement>('slider', { name: 'Cancelled orders, slider' })
    expect([slider.min, slider.max, slider.step]).toEqual(['0', '90', '1'])
    set('Cancelled orders, slider', '29')
    expect(input('Cancelled orders').value).toBe('29')
    expect(input('Cancelled orders').getAttribute('aria-invalid')).toBeNull()
    expect(spec()).toEqual({ orders: { cancel_rate: 0.29 } })
  })

  it('over many powers of ten has a slider that goes from notch to notch', () => {
    show('customers', { type: 'integer', minimum: 1, maximum: 1_000_000, default: 1_000 })
    const slider = screen.getByRole<HTMLInputElement>('slider')
    slider.focus()
    expect(document.activeElement).toBe(slider)
    expect(slider.getAttribute('aria-valuetext')).toBe('1,000')
    set('Customers, slider', String(slider.valueAsNumber + 1))
    expect(spec()).toEqual({ customers: 1_500 })
    set('Customers, slider', slider.max)
    expect(spec()).toEqual({ customers: 1_000_000 })
    expect(input('Customers').value).toBe('1,000,000')
  })

  it('without a bound has no slider', () => {
    show('customers', { type: 'integer', minimum: 1, default: 1_000 })
    expect(screen.queryByRole('slider')).toBeNull()
    set('Customers', '0')
    expectWrong('Customers', 'Enter a whole number from 1.')
  })

  it('that follows from the size says so until one is set', () => {
    show('catalogue.products', { anyOf: [{ ...count }, { type: 'null' }], default: null })
    expect(input('Products').placeholder).toBe('by size')
    expect(screen.getByRole('slider').getAttribute('aria-valuetext')).toBe('by size')
    set('Products', '20')
    expect(screen.getByRole('slider').getAttribute('aria-valuetext')).toBe('20')
  })

  it('may be none at all, until one is typed or the default is wanted again', () => {
    const amount = { anyOf: [{ type: 'integer', minimum: 0 }, { type: 'null' }], default: 6_000 }
    show('shipping.free_from', amount)
    const never = screen.getByRole<HTMLInputElement>('checkbox', { name: 'Never free' })
    fireEvent.click(never)
    expect(spec()).toEqual({ shipping: { free_from: null } })
    expect([never.checked, input('Free shipping from').value]).toEqual([true, ''])
    fireEvent.click(never)
    expect(spec()).toEqual({})
    expect(input('Free shipping from').value).toBe('6,000')
    fireEvent.click(never)
    set('Free shipping from', '50')
    expect([spec(), never.checked]).toEqual([{ shipping: { free_from: 50 } }, false])
  })

  it('that means a skew says what comes of it', () => {
    show('skew.products', { type: 'number', minimum: 0, maximum: 3, default: 1 })
    set('Skew of products', '0')
    expect(screen.getByText('The best tenth of products makes 10 % of sales.')).toBeTruthy()
    set('Skew of products', '3')
    expect(screen.getByText('The best tenth of products makes 100 % of sales.')).toBeTruthy()
  })
})

describe('a text', () => {
  it('is trimmed, and refused when it is too long', () => {
    show('name', { type: 'string', default: 'dataset', maxLength: 5 })
    set('Name', '  Pine ')
    expect([spec(), input('Name').value]).toEqual([{ name: 'Pine' }, '  Pine '])
    set('Name', 'Spruce')
    expectWrong('Name', 'Use at most 5 characters.')
    expect(spec()).toEqual({ name: 'Pine' })
    set('Name', '   ')
    expect(spec()).toEqual({})
  })
})

describe('a date', () => {
  it('is sent as a day, and not at all once it is cleared', () => {
    show('window.start', { type: 'string', format: 'date', default: '2024-01-01' })
    expect(input('First day').value).toBe('2024-01-01')
    set('First day', '2024-02-29')
    expect(spec()).toEqual({ window: { start: '2024-02-29' } })
    set('First day', '')
    expect(spec()).toEqual({})
  })

  it('that does not exist is never taken', () => {
    show(
      'window.start',
      { type: 'string', format: 'date', default: '2024-01-01' },
      { window: { start: '2024-03-01' } },
    )
    set('First day', '2023-02-29')
    expect(spec()).toEqual({})
  })
})

describe('a moment', () => {
  const moment = { anyOf: [{ type: 'string', format: 'date-time' }, { type: 'null' }], default: null }

  it('is in UTC to the second, whatever the browser leaves out', () => {
    show('as_of', moment)
    set('Shown as of (UTC)', '2025-06-30T12:00')
    expect(spec()).toEqual({ as_of: '2025-06-30T12:00:00Z' })
    set('Shown as of (UTC)', '2025-06-30T12:00:59')
    expect(spec()).toEqual({ as_of: '2025-06-30T12:00:59Z' })
    set('Shown as of (UTC)', '')
    expect(spec()).toEqual({})
  })

  it('is shown as it is set', () => {
    show('as_of', moment, { as_of: '2025-06-30T12:00:59Z' })
    expect(input('Shown as of (UTC)').value).toMatch(/^2025-06-30T12:00:59/)
  })
})

describe('a weight for each key', () => {
  const weights = {
    type: 'object',
    propertyNames: { enum: ['DE', 'FR'] },
    additionalProperties: { type: 'number', minimum: 0, maximum: 0.5 },
    default: { DE: 0.19 },
  }

  it('goes by the name of the country, in per cent', () => {
    show('tax.rates', weights)
    expect(input('Germany').value).toBe('19')
    expect([input('France').value, input('France').placeholder]).toEqual(['', 'none'])
    set('France', '20')
    expect(spec()).toEqual({ tax: { rates: { DE: 0.19, FR: 0.2 } } })
  })

  it('marks only the one that is wrong, and goes on with the others', () => {
    show('tax.rates', weights)
    set('Germany', '51')
    set('France', '5.5')
    expectWrong('Germany', 'Enter a number from 0 to 50.')
    expect(input('France').getAttribute('aria-invalid')).toBeNull()
    expect(spec()).toEqual({ tax: { rates: { DE: 0.19, FR: 0.055 } } })
  })

  it('that the server refuses is marked, and no other', () => {
    showRefused('tax.rates', weights, {}, 'tax.rates.FR')
    expectWrong('France', 'Refused.')
    expect(input('Germany').getAttribute('aria-invalid')).toBeNull()
  })

  it('are all marked where the server refuses them together', () => {
    showRefused('tax.rates', { ...weights, description: 'By country.' }, {}, 'tax.rates')
    expect(descriptionsOf(screen.getByRole('group'))).toEqual(['By country.', 'Refused.'])
    expectWrong('Germany', 'Refused.')
    expectWrong('France', 'Refused.')
    expect(screen.getAllByText('Refused.')).toHaveLength(1)
  })

  it('is taken away by emptying it', () => {
    show('tax.rates', weights)
    set('Germany', '')
    expect(spec()).toEqual({ tax: { rates: {} } })
  })
})

describe('a row of numbers', () => {
  const line = 'Demand by weekday, as numbers'

  it.each(['1, 2, 3', '1 2 3 4 5 6 7 8', '0 1 1 1 1 1 1', '1 1 1 1 1 1 x', '1 1 1 1 1 1 1.5'])(
    'that is %s is refused',
    (text) => {
      show('season.week', week)
      set(line, text)
      expectWrong(line, 'Enter 7 numbers, each from 1 to 1,000.')
      expect(spec()).toEqual({})
      expect(input('Demand by weekday: Sunday').value).toBe('7')
    },
  )

  it('has a bar for each that a keyboard can reach, and both ways of setting it agree', () => {
    show('season.week', week)
    expect(screen.getAllByRole('slider')).toHaveLength(7)
    set(line, '1 2')
    set('Demand by weekday: Friday', '90')
    expect(input(line).value).toBe('1, 2, 3, 4, 90, 6, 7')
    expect(input(line).getAttribute('aria-invalid')).toBeNull()
    set(line, '7,6;5 4 3 2 1')
    expect(input('Demand by weekday: Monday').value).toBe('7')
    expect(spec()).toEqual({ season: { week: [7, 6, 5, 4, 3, 2, 1] } })
  })

  it('makes room for large numbers, and keeps it while they shrink again', () => {
    show('season.week', week)
    const bar = (): HTMLInputElement => input('Demand by weekday: Monday')
    expect(bar().max).toBe('200')
    set(line, '900 1 1 1 1 1 1')
    expect([bar().max, bar().value]).toEqual(['1000', '900'])
    set('Demand by weekday: Monday', '3')
    expect(bar().max).toBe('1000')
  })

  it('is marked with its bars where the server refuses it, which names the place', () => {
    showRefused('season.week', week, {}, 'season.week.4')
    expectWrong(line, 'Friday: Refused.')
    expectWrong('Demand by weekday: Monday', 'Friday: Refused.')
    expect(screen.getAllByText('Friday: Refused.')).toHaveLength(1)
  })

  it('is drawn from whatever a spec holds in its place', () => {
    show('season.week', week, { season: { week: [9, 'x'] } })
    expect(input(line).value).toBe('9, 0, 0, 0, 0, 0, 0')
  })
})

describe('a list of things', () => {
  const events = {
    type: 'array',
    maxItems: 2,
    default: [],
    items: {
      properties: {
        name: { type: 'string' },
        month: { type: 'integer', minimum: 1, maximum: 12 },
        weight: { type: 'number', minimum: 0, default: 1.5 },
      },
    },
  }
  const press = (name: string): boolean => fireEvent.click(screen.getByRole('button', { name }))
  const sale = { name: 'Sale', month: 7, weight: 2 }
  const fair = { name: 'Fair', month: 9, weight: 1 }

  it('begins new ones with what is allowed, up to its limit', () => {
    show('season.events', events)
    press('Add one')
    press('Add one')
    expect(spec()).toEqual({
      season: {
        events: [
          { name: 'Name 1', month: 1, weight: 1.5 },
          { name: 'Name 2', month: 1, weight: 1.5 },
        ],
      },
    })
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Add one' }).disabled).toBe(true)
    press('Remove Name 1')
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Add one' }).disabled).toBe(false)
  })

  it.each([
    ['13', 'Enter a whole number from 1 to 12.'],
    ['July', 'Enter a whole number from 1 to 12.'],
    ['', 'Enter a number.'],
  ])('does not take the month “%s”', (text, message) => {
    show('season.events', events, { season: { events: [sale, fair] } })
    set('Month of events 2', text)
    expectWrong('Month of events 2', message)
    expect(input('Month of events 1').getAttribute('aria-invalid')).toBeNull()
    expect(spec()).toEqual({ season: { events: [sale, fair] } })
  })

  it('removes the right one, with what was wrong in it', () => {
    show('season.events', events, { season: { events: [sale, fair] } })
    set('Month of events 1', '13')
    press('Remove Sale')
    expect(spec()).toEqual({ season: { events: [fair] } })
    expect(input('Month of events 1').value).toBe('9')
    expect(input('Month of events 1').getAttribute('aria-invalid')).toBeNull()
  })

  it('marks what the server refuses of one of them', () => {
    showRefused('season.events', events, { season: { events: [sale, fair] } }, 'season.events.1.month')
    expectWrong('Month of events 2', 'Refused.')
    expect(input('Month of events 1').getAttribute('aria-invalid')).toBeNull()
    expect(input('Name of events 2').getAttribute('aria-invalid')).toBeNull()
  })

  it('ties what the server refuses of all of them to each', () => {
    showRefused('season.events', events, { season: { events: [sale] } }, 'season.events')
    expectWrong('Name of events 1', 'Refused.')
    expect(descriptionsOf(screen.getByRole('button', { name: 'Add one' }))).toEqual(['Refused.'])
  })

  it('calls one without a name by its number', () => {
    show('season.events', events, { season: { events: [{ ...sale, name: '' }] } })
    expect(screen.getByRole('button', { name: 'Remove 1' })).toBeTruthy()
  })
})
