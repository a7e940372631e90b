/** What the form needs to know of the JSON Schema of a dataset spec, as `GET /api/spec` sends it. */

type Json = Record<string, unknown>

export type FieldKind = 'text' | 'integer' | 'number' | 'choice' | 'switch'

export interface SpecField {
  name: string
  label: string
  description: string | null
  kind: FieldKind
  choices: readonly string[]
  least: number | null
  most: number | null
  longest: number | null
  initial: string
}

export interface Preset {
  name: string
  description: string | null
  spec: Json
}

const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)
const figure = (value: unknown): number | null => (typeof value === 'number' ? value : null)
/** The largest whole number below an exclusive bound. */
const below = (value: unknown): number | null => (typeof value === 'number' ? value - 1 : null)

/** Follows `$ref`, single `allOf` and `anyOf` with null to the schema that says something. */
function resolve(schema: Json, root: Json): Json {
  const reference = text(schema.$ref)
  if (reference !== null) {
    const found = reference
      .replace(/^#\//, '')
      .split('/')
      .reduce<unknown>((at, key) => (isJson(at) ? at[key] : undefined), root)
    return isJson(found) ? { ...resolve(found, root), ...schema, $ref: undefined } : schema
  }
  for (const key of ['allOf', 'anyOf', 'oneOf']) {
    const options = schema[key]
    if (!Array.isArray(options)) continue
    const real = options.filter(isJson).filter((option) => option.type !== 'null')
    const [only] = real
    if (real.length === 1 && only !== undefined)
      return { ...resolve(only, root), ...schema, [key]: undefined }
  }
  return schema
}

function kindOf(schema: Json): FieldKind | null {
  if (Array.isArray(schema.enum)) return 'choice'
  switch (schema.type) {
    case 'string':
      return 'text'
    case 'integer':
      return 'integer'
    case 'number':
      return 'number'
    case 'boolean':
      return 'switch'
    default:
      return null
  }
}

/** A simple value as it stands in a form; empty for anything else. */
export const shown = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''

function fieldOf(name: string, schema: Json): SpecField | null {
  const kind = kindOf(schema)
  if (kind === null) return null
  const title = text(schema.title) ?? name
  return {
    name,
    label: title.charAt(0).toUpperCase() + title.slice(1).replaceAll('_', ' '),
    description: text(schema.description),
    kind,
    choices: Array.isArray(schema.enum) ? schema.enum.map(shown) : [],
    least: figure(schema.minimum) ?? figure(schema.exclusiveMinimum),
    most: figure(schema.maximum) ?? below(schema.exclusiveMaximum),
    longest: figure(schema.maxLength),
    initial: shown(schema.default),
  }
}

const first = ['name', 'customers', 'seed', 'ids', 'format', 'currency']

const rank = (field: SpecField): number => {
  const at = first.indexOf(field.name)
  return at < 0 ? first.length : at
}

/** The simple fields at the top of the spec, what people set most first. */
export function fieldsOf(root: Json): SpecField[] {
  const properties = isJson(root.properties) ? root.properties : {}
  return Object.entries(properties)
    .map(([name, schema]) => (isJson(schema) ? fieldOf(name, resolve(schema, root)) : null))
    .filter((field) => field !== null)
    .sort((one, other) => rank(one) - rank(other))
}

/** The names of the fields that have parts of their own; they are set as JSON. */
export function partsOf(root: Json): string[] {
  const properties = isJson(root.properties) ? root.properties : {}
  const simple = new Set(fieldsOf(root).map((field) => field.name))
  return Object.keys(properties).filter((name) => !simple.has(name))
}

/** The presets that the schema carries, by name. */
export function presetsOf(root: Json): Preset[] {
  const presets = root.presets
  if (!isJson(presets)) return []
  return Object.entries(presets)
    .filter((entry): entry is [string, Json] => isJson(entry[1]))
    .map(([name, preset]) => ({
      name,
      description: text(preset.description),
      spec: isJson(preset.spec) ? preset.spec : preset,
    }))
}
