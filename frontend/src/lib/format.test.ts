import { describe, expect, it } from 'vitest'

import {
  formatAge,
  formatBytes,
  formatClock,
  formatCount,
  formatCounted,
  formatDateTime,
  formatDay,
  formatDuration,
  formatCalendarDay,
  formatCompact,
  formatMoment,
  formatMomentLine,
  formatMoney,
  minorUnits,
  formatName,
  formatPercent,
  formatRate,
  formatStopwatch,
  formatZoned,
  shareOf,
} from './format'

describe('formatting', () => {
  it('tells moments of a dataset in UTC', () => {
    const time = '2025-11-28T00:41:07.320000Z'
    expect(formatMoment(time)).toEqual({ day: 'Fri, 28 Nov 2025', clock: '00:41:07' })
    expect(formatMomentLine(time)).toBe('Fri, 28 Nov 2025, 00:41:07 UTC')
    expect(formatMomentLine(null)).toBe('–')
  })

  it('names what comes in a second', () => {
    expect(formatRate(31.5, 'events')).toBe('32 events/s')
  })

  it.each([
    [0, '0:00'],
    [9.6, '0:10'],
    [75, '1:15'],
    [3_700, '1:01:40'],
  ])('%d seconds on a stopwatch are %s', (seconds, text) => {
    expect(formatStopwatch(seconds)).toBe(text)
  })

  it('takes times apart, and names their zone', () => {
    const time = new Date(2026, 0, 2, 3, 4, 5).toISOString()
    expect([formatDay(time), formatClock(time)]).toEqual(['2 Jan 2026', '03:04:05'])
    expect(formatZoned(time)).toMatch(/^Friday,? 2 January 2026.* 03:04:05 \S+/)
  })

  it('groups digits', () => {
    expect(formatCount(1_234_567)).toBe('1,234,567')
    expect(formatCounted(1, 'row')).toBe('1 row')
    expect(formatCounted(2_000, 'row')).toBe('2,000 rows')
    expect(formatCounted(0, 'category', 'categories')).toBe('0 categories')
  })

  it.each([
    [0, 0, 0],
    [5, 10, 0.5],
    [11, 10, 1],
    [-1, 10, 0],
  ])('%d of %d is the share %d', (done, total, share) => {
    expect(shareOf(done, total)).toBe(share)
  })

  it('rounds percents down, so that 100% means done', () => {
    expect(formatPercent(0.9999)).toBe('99%')
    expect(formatPercent(0.29)).toBe('29%')
    expect(formatPercent(1)).toBe('100%')
  })

  it.each([
    [0, '0 B'],
    [1023, '1,023 B'],
    [1536, '1.5 KiB'],
    [52_428_800, '50 MiB'],
    [3 * 1024 ** 4, '3 TiB'],
    [5000 * 1024 ** 4, '5,000 TiB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })

  it.each([
    [null, '–'],
    [Number.POSITIVE_INFINITY, '–'],
    [0.2, '0 s'],
    [59.4, '59 s'],
    [200, '3 min 20 s'],
    [7_500, '2 h 5 min'],
  ])('%s seconds are %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text)
  })

  it('shows a dash for a rate or time that is not known', () => {
    expect(formatRate(null)).toBe('–')
    expect(formatRate(12_345.6)).toBe('12,346 rows/s')
    expect(formatDateTime(null)).toBe('–')
    expect(formatDateTime('2026-01-02T03:04:05.000Z')).toContain('2026')
  })

  it('turns names into words', () => {
    expect(formatName('order_details')).toBe('Order details')
  })
})

describe('an age', () => {
  const now = Date.parse('2026-01-03T12:00:00Z')

  it('is said in the largest unit that fits', () => {
    expect(formatAge('2026-01-03T11:59:30Z', now)).toBe('just now')
    expect(formatAge('2026-01-03T11:58:30Z', now)).toBe('1 minute ago')
    expect(formatAge('2026-01-03T09:00:00Z', now)).toBe('3 hours ago')
    expect(formatAge('2026-01-01T00:00:00Z', now)).toBe('2 days ago')
  })

  it('is never in the future, where clocks differ', () => {
    expect(formatAge('2026-01-03T12:05:00Z', now)).toBe('just now')
  })
})

describe('money', () => {
  it('has the digits of its currency', () => {
    expect(formatMoney(1234, 'USD')).toBe('US$12.34')
    expect(formatMoney(1234, 'JPY')).toBe('JP¥1,234')
    expect([minorUnits('USD'), minorUnits('JPY')]).toEqual([100, 1])
  })

  it('fit into little room', () => {
    expect([0.25, 950, 1_200, 2_500_000].map(formatCompact)).toEqual(['0.25', '950', '1.2k', '2.5m'])
  })

  it('of a calendar day are the same in every zone', () => {
    expect(formatCalendarDay('1990-01-02')).toBe('2 Jan 1990')
  })
})
