// @vitest-environment jsdom

import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'

import { SelectField, TextArea, TextField } from './field'

const describedBy = (control: HTMLElement): string[] =>
  (control.getAttribute('aria-describedby') ?? '')
    .split(' ')
    .filter(Boolean)
    .map((id) => document.getElementById(id)?.textContent ?? `nothing has the id ${id}`)

describe('fields', () => {
  afterEach(cleanup)

  it.each([
    ['text', <TextField key="1" label="Name" hint="Short." error="Too long." />],
    ['choice', <SelectField key="2" label="Name" hint="Short." error="Too long." />],
    ['several lines', <TextArea key="3" label="Name" hint="Short." error="Too long." />],
  ])('of %s are tied to their label, hint and error', (_, field) => {
    render(field)
    const control = screen.getByLabelText('Name')
    expect(describedBy(control)).toEqual(['Short.', 'Too long.'])
    expect(control.getAttribute('aria-invalid')).toBe('true')
  })

  it('claim nothing that is not there', () => {
    render(<TextField label="Name" />)
    const control = screen.getByLabelText('Name')
    expect(control.hasAttribute('aria-describedby')).toBe(false)
    expect(control.hasAttribute('aria-invalid')).toBe(false)
  })

  it('of one page do not share their ids', () => {
    render(
      <>
        <TextField label="First" error="one" />
        <TextField label="Second" error="two" />
      </>,
    )
    expect(describedBy(screen.getByLabelText('First'))).toEqual(['one'])
    expect(describedBy(screen.getByLabelText('Second'))).toEqual(['two'])
  })

  it('keep a hidden label for screen readers', () => {
    render(<SelectField label="State" hideLabel />)
    expect(screen.getByLabelText('State').tagName).toBe('SELECT')
  })
})
