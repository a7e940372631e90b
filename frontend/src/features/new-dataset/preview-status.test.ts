import { describe, expect, it } from 'vitest'

import { ApiError } from '@/lib/api/problem'

import { previewStatusOf } from './preview-status'

const answered = (status: number, fields: { field: string; message: string }[] = []): ApiError =>
  new ApiError({ status, title: 'No', detail: null, fields })
const settled = { readable: true, updating: false, error: null }

describe('the status of a preview', () => {
  it('is current once its rows are those of the form', () => {
    expect(previewStatusOf(settled).kind).toBe('current')
    expect(previewStatusOf({ ...settled, updating: true }).kind).toBe('updating')
  })

  it.each([422, 400, 413])('is invalid when the settings are refused with %i', (status) => {
    expect(previewStatusOf({ ...settled, error: answered(status) }).kind).toBe('invalid')
  })

  it('is invalid when the form cannot be read, whatever the service said before', () => {
    expect(previewStatusOf({ readable: false, updating: true, error: answered(503) }).kind).toBe('invalid')
  })

  it.each([401, 429, 500, 502, 503])('is unavailable when the service answers %i', (status) => {
    const error = answered(status)
    expect(previewStatusOf({ ...settled, error })).toEqual({ kind: 'unavailable', error })
  })

  it('is unavailable without a network', () => {
    const error = new TypeError('Failed to fetch')
    expect(previewStatusOf({ ...settled, error })).toEqual({ kind: 'unavailable', error })
  })
})
