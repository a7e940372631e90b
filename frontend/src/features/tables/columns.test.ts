import { describe, expect, it } from 'vitest'

import { someColumn } from '@/testing/datasets'

import { exportUrl } from './api'
import { exact, isNumeric, readable } from './columns'
import { valueFormats } from './value-formats'

const british = valueFormats('USD', 'en-GB')

describe('columns', () => {
  it.each([
    ['integer', true],
    ['money', true],
    ['decimal', true],
    ['text', false],
    ['id', false],
  ] as const)('of type %s stand to the right: %s', (type, right) => {
    expect(isNumeric(someColumn({ type }))).toBe(right)
  })

  it.each([
    ['money', 129_900, 'US$1,299.00'],
    ['integer', 12_000, '12,000'],
    ['date', '1990-01-02', '2 Jan 1990'],
    ['boolean', false, 'no'],
    ['decimal', '4.50', '4.50'],
    ['string', '12000', '12000'],
    ['money', null, null],
  ] as const)('of type %s are read for people: %s', (type, value, words) => {
    expect(readable(someColumn({ type }), value, british)).toBe(words)
  })

  it('are written as the reader writes numbers and days', () => {
    const german = valueFormats('EUR', 'de-DE')
    const words = (type: string, value: unknown): string | null =>
      readable(someColumn({ type }), value, german)?.replaceAll('\u00a0', ' ') ?? null
    expect(words('money', 129_900)).toBe('1.299,00 €')
    expect(words('integer', 12_000)).toBe('12.000')
    expect(words('date', '1990-01-02')).toBe('02.01.1990')
  })

  it('follow the minor units of the currency, and are the amount alone where none is known', () => {
    const money = someColumn({ type: 'money' })
    expect(readable(money, 5_000, valueFormats('JPY', 'en-GB'))).toBe('JP¥5,000')
    expect(readable(money, 5_000, valueFormats(null, 'en-GB'))).toBe('5000')
  })

  it('have times in the reader’s zone, which is named beside what is stored', () => {
    const stored = '2026-01-02T03:04:05.000Z'
    const column = someColumn({ type: 'timestamp' })
    expect(readable(column, stored, british)).toMatch(/2026, \d\d:04:05$/)
    expect(exact(column, stored, british)).toMatch(/2026 at \d\d:04:05 \S+\n2026-01-02T03:04:05.000Z$/)
    expect(exact(someColumn({ type: 'money' }), 129_900, british)).toBe('129900')
    expect(exact(column, null, british)).toBe('NULL')
  })
})

describe('the address of an export', () => {
  it('carries the filters and escapes names', () => {
    const selection = { sort: 'id', q: '', filters: [{ column: 'a', operator: 'gt', value: '1&2' }] } as const
    expect(exportUrl('d/1', 'users', selection, 'parquet')).toBe(
      '/api/datasets/d%2F1/tables/users/export?sort=id&a__gt=1%262&format=parquet',
    )
  })
})
