/** What stands in the form: a spec that holds what was set, and the texts that were typed to set it. */
import { formatNumber } from '@/lib/format'
import { parseDecimal, parseWhole } from '@/lib/numbers'

import { isJson, type Json, type NumberRule, type Setting } from './spec-schema'

interface Typed {
  text: string
  /** What is wrong with the text; the spec keeps its last good value meanwhile. */
  message: string | null
}

export interface Draft {
  spec: Json
  /** By the path of what was typed, such as `customers` or `locales.en_US`. */
  typed: Readonly<Record<string, Typed>>
}

/** What was read from a text: a value (undefined takes the setting away), or what is wrong. */
export type Reading = { value: unknown } | { message: string }

export const draftOf = (spec: Json): Draft => ({ spec, typed: {} })

/** The value at a path, undefined where none is set. */
export const valueAt = (spec: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((at, name) => (isJson(at) ? at[name] : undefined), spec)

/** The value that a setting has: what was set, or the default. */
export function valueOf(draft: Draft, setting: Setting): unknown {
  const value = valueAt(draft.spec, setting.path)
  return value === undefined ? setting.initial : value
}

/** Whether a setting has another value than its default. */
export function isChanged(draft: Draft, setting: Setting): boolean {
  const value = valueAt(draft.spec, setting.path)
  return value !== undefined && JSON.stringify(value) !== JSON.stringify(setting.initial)
}

function withValue(spec: Json, [name = '', ...rest]: readonly string[], value: unknown): Json {
  const held = spec[name]
  const next = rest.length === 0 ? value : withValue(isJson(held) ? held : {}, rest, value)
  const gone = next === undefined || (rest.length > 0 && isJson(next) && Object.keys(next).length === 0)
  if (!gone) return { ...spec, [name]: next }
  return Object.fromEntries(Object.entries(spec).filter(([other]) => other !== name))
}

/** The draft with a value that nobody typed: from a slider, a choice, a button. */
export function choose(draft: Draft, path: string, value: unknown): Draft {
  const typed = Object.entries(draft.typed).filter(
    ([place]) => place !== path && !place.startsWith(`${path}.`),
  )
  return { spec: withValue(draft.spec, path.split('.'), value), typed: Object.fromEntries(typed) }
}

/** The draft after a text was typed at a place of a setting, with what was read from it. */
export function type(draft: Draft, path: string, place: string, text: string, reading: Reading): Draft {
  const wrong = 'message' in reading
  return {
    spec: wrong ? draft.spec : withValue(draft.spec, path.split('.'), reading.value),
    typed: { ...draft.typed, [place]: { text, message: wrong ? reading.message : null } },
  }
}

function boundsOf({ least, most }: NumberRule, times: number): string {
  const [low, high] = [least, most].map((bound) =>
    bound === null ? null : formatNumber(scaled(bound, times)),
  )
  if (low != null && high != null) return ` from ${low} to ${high}`
  if (low != null) return ` from ${low}`
  return high == null ? '' : ` up to ${high}`
}

/** A value as it is shown: shares in per cent, without the noise of binary fractions. */
export const scaled = (value: number, times: number): number => Number((value * times).toPrecision(15))

/** Reads a number as it is shown; nothing entered is no value. */
export function readNumber(text: string, rule: NumberRule, times = 1): Reading {
  if (text.trim() === '') return { value: undefined }
  const shown = rule.whole ? parseWhole(text) : parseDecimal(text)
  const value = shown === null ? null : scaled(shown, 1 / times)
  const fits =
    value !== null &&
    (rule.least === null || value >= rule.least) &&
    (rule.most === null || value <= rule.most)
  if (fits) return { value }
  return { message: `Enter a ${rule.whole ? 'whole ' : ''}number${boundsOf(rule, times)}.` }
}

/** A value as the text of an input. */
export function textOf(value: unknown, times = 1): string {
  if (typeof value === 'number') return formatNumber(scaled(value, times))
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Reads a list of so many numbers, separated by commas or spaces. */
export function readNumbers(text: string, count: number, rule: NumberRule): Reading {
  if (text.trim() === '') return { value: undefined }
  const readings = text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map((part) => readNumber(part, rule))
  const bounds = boundsOf(rule, 1)
  const values = readings.flatMap((reading) => ('value' in reading ? [reading.value] : []))
  if (values.length === count && readings.length === count) return { value: values }
  return { message: `Enter ${String(count)} numbers${bounds && `, each${bounds}`}.` }
}

/** What is wrong with what was typed, by place. */
export const wrongIn = (draft: Draft): Record<string, string> =>
  Object.fromEntries(
    Object.entries(draft.typed).flatMap(([place, { message }]) =>
      message === null ? [] : [[place, message]],
    ),
  )
