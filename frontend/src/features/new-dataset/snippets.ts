/** The same wish in other languages, to copy. */
import { choices, hasFiles, hasRows, type Choice, type Target } from '@/lib/targets'

import { valueAt } from './draft'
import { isJson, type Json, type Setting } from './spec-schema'

/** A text as one word of a POSIX shell. */
const quoted = (word: string): string =>
  /^[\w./:=,@+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`

/** The request for a dataset. What the server takes by default is left out. */
export const requestOf = (spec: Json, choice: Choice): { spec: Json; targets?: Target[] } =>
  choice === choices[0] ? { spec } : { spec, targets: [...choice.targets] }

export const curlOf = (spec: Json, choice: Choice, origin: string): string =>
  [
    `curl -s ${origin}/api/jobs`,
    '-H "Authorization: Bearer $TOKEN"',
    "-H 'Content-Type: application/json'",
    `-d ${quoted(JSON.stringify(requestOf(spec, choice)))}`,
  ].join(' \\\n  ')

/** Settings one by one: a text as it stands, all else as JSON. A map is named whole, since parts would add to its default. */
export const commandOf = (spec: Json, choice: Choice, settings: readonly Setting[]): string =>
  [
    'cartload generate',
    ...settings.flatMap(({ path }) => {
      const value = valueAt(spec, path)
      const text = typeof value === 'string' ? value : JSON.stringify(value)
      return value === undefined ? [] : [`--set ${quoted(`${path}=${text}`)}`]
    }),
    hasRows(choice) && !hasFiles(choice) ? '--into mysql://user@host/database' : '--out shop/',
  ].join(' \\\n  ')

function literal(value: unknown, indent: string): string {
  if (value === null) return 'None'
  if (Array.isArray(value)) return `[${value.map((item) => literal(item, indent)).join(', ')}]`
  if (!isJson(value)) return JSON.stringify(value)
  const deeper = `${indent}    `
  const lines = Object.entries(value).map(
    ([name, item]) => `${deeper}${JSON.stringify(name)}: ${literal(item, deeper)},\n`,
  )
  return lines.length === 0 ? '{}' : `{\n${lines.join('')}${indent}}`
}

export const pythonOf = (spec: Json): string =>
  [
    'import cartload',
    '',
    `shop = cartload.generate(${literal(spec, '')})`,
    'orders = shop.table("order_details").to_pandas()',
  ].join('\n')
