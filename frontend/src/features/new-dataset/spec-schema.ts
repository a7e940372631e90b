/** What the form needs to know of the JSON Schema of a dataset spec, as `GET /api/spec` sends it. */
import { formatName } from '@/lib/format'

import { lookOf } from './spec-layout'

export type Json = Record<string, unknown>

export interface NumberRule {
  whole: boolean
  least: number | null
  most: number | null
}

interface Common {
  /** Names from the top of the spec, joined by dots. */
  path: string
  label: string
  description: string | null
  initial: unknown
  nullable: boolean
}

export type NumberSetting = Common & NumberRule & { kind: 'number' }
export type TextSetting = Common & { kind: 'text'; longest: number | null }
export type DateSetting = Common & { kind: 'date' }
/** A moment in UTC. */
export type MomentSetting = Common & { kind: 'moment' }
export type ChoiceSetting = Common & { kind: 'choice'; choices: readonly string[] }
/** A number for each of some keys. */
export type WeightsSetting = Common & { kind: 'weights'; keys: readonly string[]; rule: NumberRule }
/** A fixed count of numbers. */
export type NumbersSetting = Common & { kind: 'numbers'; count: number; rule: NumberRule }
/** A list of things that have settings of their own. */
export type ListSetting = Common & { kind: 'list'; longest: number | null; items: readonly SimpleSetting[] }

export type SimpleSetting = NumberSetting | TextSetting | DateSetting | MomentSetting | ChoiceSetting
export type Setting = SimpleSetting | WeightsSetting | NumbersSetting | ListSetting

export interface Preset {
  name: string
  spec: Json
}

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)
const figure = (value: unknown): number | null => (typeof value === 'number' ? value : null)
/** The largest whole number below an exclusive bound. */
const below = (value: unknown): number | null => (typeof value === 'number' ? value - 1 : null)

/** Follows `$ref`, and `anyOf` with null, to the schema that says something. */
function resolve(schema: unknown, root: Json): Json {
  if (!isJson(schema)) return {}
  const reference = text(schema.$ref)
  if (reference !== null) {
    const found = reference
      .replace(/^#\//, '')
      .split('/')
      .reduce<unknown>((at, key) => (isJson(at) ? at[key] : undefined), root)
    return isJson(found) ? { ...resolve(found, root), ...schema, $ref: undefined } : schema
  }
  if (!Array.isArray(schema.anyOf)) return schema
  const real = schema.anyOf.filter((option) => !isJson(option) || option.type !== 'null')
  return real.length === 1 ? { ...resolve(real[0], root), ...schema } : schema
}

const isNullable = (schema: Json): boolean =>
  Array.isArray(schema.anyOf) && schema.anyOf.some((option) => isJson(option) && option.type === 'null')

const ruleOf = (schema: Json): NumberRule => ({
  whole: schema.type === 'integer',
  least: figure(schema.minimum),
  most: figure(schema.maximum) ?? below(schema.exclusiveMaximum),
})

const isNumber = (schema: Json): boolean => schema.type === 'integer' || schema.type === 'number'

function simpleOf(common: Common, schema: Json): SimpleSetting | null {
  if (Array.isArray(schema.enum)) return { ...common, kind: 'choice', choices: schema.enum.map(String) }
  if (isNumber(schema)) return { ...common, ...ruleOf(schema), kind: 'number' }
  if (schema.type !== 'string') return null
  if (schema.format === 'date') return { ...common, kind: 'date' }
  if (schema.format === 'date-time') return { ...common, kind: 'moment' }
  return { ...common, kind: 'text', longest: figure(schema.maxLength) }
}

function arrayOf(common: Common, schema: Json, root: Json): Setting | null {
  const item = resolve(schema.items, root)
  if (isNumber(item)) {
    const count = figure(schema.maxItems)
    return count === null ? null : { ...common, kind: 'numbers', count, rule: ruleOf(item) }
  }
  const items = leaves(item, root, '').filter((one): one is SimpleSetting => isSimple(one))
  return items.length === 0 ? null : { ...common, kind: 'list', longest: figure(schema.maxItems), items }
}

const isSimple = (setting: Setting): boolean =>
  setting.kind !== 'weights' && setting.kind !== 'numbers' && setting.kind !== 'list'

function settingOf(path: string, name: string, schema: Json, root: Json): Setting | null {
  const common = {
    path,
    label: lookOf(path).label ?? formatName(text(schema.title)?.toLowerCase() ?? name),
    description: text(schema.description),
    initial: schema.default,
    nullable: isNullable(schema),
  }
  if (schema.type === 'array') return arrayOf(common, schema, root)
  const names = isJson(schema.propertyNames) ? schema.propertyNames.enum : undefined
  const rule = ruleOf(resolve(schema.additionalProperties, root))
  if (Array.isArray(names)) return { ...common, kind: 'weights', keys: names.map(String), rule }
  return simpleOf(common, schema)
}

function leaves(schema: Json, root: Json, above: string): Setting[] {
  const properties = isJson(schema.properties) ? schema.properties : {}
  return Object.entries(properties).flatMap(([name, raw]) => {
    const path = above === '' ? name : `${above}.${name}`
    const child = resolve(raw, root)
    if (isJson(child.properties)) return leaves(child, root, path)
    return settingOf(path, name, child, root) ?? []
  })
}

/** Every setting of a spec, in the order of the schema. */
export const settingsOf = (root: Json): Setting[] => leaves(root, root, '')

/** The presets that the schema carries. */
export const presetsOf = (root: Json): Preset[] =>
  Object.entries(isJson(root.presets) ? root.presets : {}).flatMap(([name, spec]) =>
    isJson(spec) ? [{ name, spec }] : [],
  )
