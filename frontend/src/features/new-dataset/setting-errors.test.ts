import { describe, expect, it } from 'vitest'

import { ApiError } from '@/lib/api/problem'

import { isWrong, sortErrors } from './setting-errors'
import { settingsOf, type Setting } from './spec-schema'

const settings = settingsOf({
  properties: {
    name: { type: 'string' },
    customers: { type: 'integer' },
    window: {
      properties: { start: { type: 'string', format: 'date' }, end: { type: 'string', format: 'date' } },
    },
    season: { properties: { week: { type: 'array', maxItems: 7, items: { type: 'integer' } } } },
  },
})

const refusal = (...fields: { field: string; message: string }[]): ApiError =>
  new ApiError({ status: 422, title: 'Not valid', detail: null, fields })

const settingAt = (path: string): Setting => {
  const found = settings.find((setting) => setting.path === path)
  if (found === undefined) throw new Error(`${path} is no setting`)
  return found
}

describe('what the server found wrong', () => {
  it('stands at the setting that it is about', () => {
    const { byPath, general } = sortErrors(
      {},
      refusal({ field: 'customers', message: 'Too many.' }),
      settings,
    )
    expect(byPath).toEqual({ customers: 'Too many.' })
    expect(general).toEqual([])
  })

  it('within a setting says where by its name', () => {
    const error = refusal({ field: 'season.week.3', message: 'Not a number.' })
    expect(sortErrors({}, error, settings).byPath).toEqual({ 'season.week': 'Thursday: Not a number.' })
  })

  it('with several settings stands at the first of them', () => {
    const error = refusal({ field: 'window', message: 'It ends before it starts.' })
    expect(sortErrors({}, error, settings).byPath).toEqual({ 'window.start': 'It ends before it starts.' })
  })

  it('is not taken for a setting whose name only begins alike', () => {
    const error = refusal({ field: 'name_of_shop', message: 'Not known.' })
    expect(sortErrors({}, error, settings)).toEqual({
      byPath: {},
      general: ['name_of_shop: Not known.'],
    })
  })

  it.each(['', 'spec'])('with the whole (field “%s”) is general', (field) => {
    const error = refusal({ field, message: 'No room left.' })
    expect(sortErrors({}, error, settings)).toEqual({ byPath: {}, general: ['No room left.'] })
  })

  it('gives way to what the form found, and to what was said first', () => {
    const error = refusal(
      { field: 'customers', message: 'From the server.' },
      { field: 'name', message: 'First.' },
      { field: 'name', message: 'Second.' },
    )
    const { byPath } = sortErrors({ customers: 'From the form.' }, error, settings)
    expect(byPath).toEqual({ customers: 'From the form.', name: 'First.' })
  })

  it('is nothing where no answer came', () => {
    expect(sortErrors({}, new TypeError('Failed to fetch'), settings)).toEqual({ byPath: {}, general: [] })
    expect(sortErrors({}, null, settings)).toEqual({ byPath: {}, general: [] })
  })
})

describe('a setting', () => {
  it('is wrong when something in it is, not when its neighbour is', () => {
    const errors = { byPath: { 'season.week.1': 'No.', 'window.start': 'No.' }, general: [] }
    expect(isWrong(errors, settingAt('season.week'))).toBe(true)
    expect(isWrong(errors, settingAt('window.start'))).toBe(true)
    expect(isWrong(errors, settingAt('window.end'))).toBe(false)
  })
})
