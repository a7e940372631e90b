// @vitest-environment jsdom

import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'

import { someCheck } from '@/testing/reports'

import { BrokenCheck, isBroken, InvariantDisclosure } from './checks'

describe('checks of a report', () => {
  afterEach(cleanup)

  it('are broken when the report says so, or else when something violates them', () => {
    expect(isBroken(someCheck())).toBe(false)
    expect(isBroken(someCheck({ ok: false }))).toBe(true)
    expect(isBroken(someCheck({ ok: null }))).toBe(false)
    expect(isBroken(someCheck({ ok: null, violations: 1 }))).toBe(true)
  })

  it('show the rows that break them', () => {
    const samples = [{ id: 7, total: null }]
    render(<BrokenCheck check={someCheck({ ok: false, violations: 3, samples })} />)
    expect(screen.getByText('3 of 1,200 rows break this rule.')).toBeTruthy()
    expect(screen.getAllByRole('cell').map((cell) => cell.textContent)).toEqual(['7', 'NULL'])
  })

  it('stand below their invariant', () => {
    const invariant = { number: 2, name: 'Money reconciles', rows_checked: 1_200, violations: 0, ok: true }
    render(<InvariantDisclosure invariant={invariant} checks={[someCheck({ note: 'fitted 1.02' })]} />)
    for (const text of ['Money reconciles', 'holds', '1,200 rows checked by 1 rule', 'fitted 1.02'])
      expect(screen.getByText(text)).toBeTruthy()
  })
})
