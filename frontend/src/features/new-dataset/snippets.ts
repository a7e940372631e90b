/** The same wish in other languages, to copy. */
import { curlCommand, pythonLiteral, shellWord } from '@/lib/code'
import { choices, hasFiles, hasRows, type Choice, type Target } from '@/lib/targets'

import { valueAt } from './draft'
import type { Json, Setting } from './spec-schema'

/** The request for a dataset. What the server takes by default is left out. */
export const requestOf = (spec: Json, choice: Choice): { spec: Json; targets?: Target[] } =>
  choice === choices[0] ? { spec } : { spec, targets: [...choice.targets] }

export const curlOf = (spec: Json, choice: Choice, origin: string): string =>
  curlCommand(`${origin}/api/jobs`, requestOf(spec, choice))

/** Settings one by one: a text as it stands, all else as JSON. A map is named whole, since parts would add to its default. */
export const commandOf = (spec: Json, choice: Choice, settings: readonly Setting[]): string =>
  [
    'cartload generate',
    ...settings.flatMap(({ path }) => {
      const value = valueAt(spec, path)
      const text = typeof value === 'string' ? value : JSON.stringify(value)
      return value === undefined ? [] : [`--set ${shellWord(`${path}=${text}`)}`]
    }),
    hasRows(choice) && !hasFiles(choice) ? '--into mysql://user@host/database' : '--out shop/',
  ].join(' \\\n  ')

export const pythonOf = (spec: Json): string =>
  [
    'import cartload',
    '',
    `shop = cartload.generate(${pythonLiteral(spec)})`,
    'orders = shop.table("order_details").to_pandas()',
  ].join('\n')
