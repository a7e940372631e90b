import { formatNumber } from '@/lib/format'
import { parseDecimal, parseWhole } from '@/lib/numbers'

import { shown, type Preset, type SpecField } from './spec-schema'

/** What stands in the form: a text for each simple field, and the rest of the spec as JSON. */
export interface Draft {
  values: Readonly<Record<string, string>>
  rest: string
}

/** The spec that a draft says, or what is wrong with it, field by field (`rest` for the JSON). */
export type Reading =
  { spec: Record<string, unknown>; wrong: null } | { spec: null; wrong: Readonly<Record<string, string>> }

/** The form as it opens: every default, and the preset's own settings. */
export function draftFrom(fields: readonly SpecField[], preset: Preset | undefined): Draft {
  const spec = preset?.spec ?? {}
  const values = Object.fromEntries(
    fields.map((field) => {
      const value = spec[field.name]
      return [field.name, shown(value) || field.initial]
    }),
  )
  const simple = new Set(fields.map((field) => field.name))
  const rest = Object.fromEntries(Object.entries(spec).filter(([name]) => !simple.has(name)))
  return { values, rest: Object.keys(rest).length === 0 ? '' : JSON.stringify(rest, null, 2) }
}

function bounds({ least, most }: SpecField): string {
  if (least !== null && most !== null) return ` from ${formatNumber(least)} to ${formatNumber(most)}`
  if (least !== null) return ` from ${formatNumber(least)}`
  return most === null ? '' : ` up to ${formatNumber(most)}`
}

const inBounds = (value: number, { least, most }: SpecField): boolean =>
  (least === null || value >= least) && (most === null || value <= most)

function readNumber(field: SpecField, entered: string): number | string {
  const value = field.kind === 'integer' ? parseWhole(entered) : parseDecimal(entered)
  if (value !== null && inBounds(value, field)) return value
  return `Enter a ${field.kind === 'integer' ? 'whole ' : ''}number${bounds(field)}.`
}

type Read = { value: unknown } | { message: string } | null

/** Reads one field; nothing entered means the server's default. */
function read(field: SpecField, entered: string): Read {
  if (entered.trim() === '') return null
  if (field.kind === 'switch') return { value: entered === 'true' }
  if (field.kind === 'integer' || field.kind === 'number') {
    const value = readNumber(field, entered)
    return typeof value === 'number' ? { value } : { message: value }
  }
  if (field.longest !== null && entered.trim().length > field.longest)
    return { message: `Use at most ${String(field.longest)} characters.` }
  return { value: entered.trim() }
}

function readRest(rest: string): Record<string, unknown> | null {
  if (rest.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(rest)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}

/** Turns a draft into a spec. */
export function readDraft(fields: readonly SpecField[], draft: Draft): Reading {
  const spec: Record<string, unknown> = {}
  const wrong: Record<string, string> = {}
  for (const field of fields) {
    const found = read(field, draft.values[field.name] ?? '')
    if (found === null) continue
    if ('message' in found) wrong[field.name] = found.message
    else spec[field.name] = found.value
  }
  const rest = readRest(draft.rest)
  if (rest === null) wrong.rest = 'This is not a JSON object.'
  if (Object.keys(wrong).length > 0) return { spec: null, wrong }
  return { spec: { ...rest, ...spec }, wrong: null }
}
