import type { Dataset } from '@/lib/api/types'
import { formatCalendarDay, formatCounted } from '@/lib/format'

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value at a dotted path of a spec, such as `window.start`; undefined where there is none. */
function at(spec: Dataset['spec'], path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (isRecord(value) ? value[name] : undefined), spec)
}

function daysOf(spec: Dataset['spec']): string | null {
  const [start, end] = [at(spec, 'window.start'), at(spec, 'window.end')]
  if (typeof start !== 'string' || typeof end !== 'string') return null
  return `${formatCalendarDay(start)} – ${formatCalendarDay(end)}`
}

function localesOf(spec: Dataset['spec']): string | null {
  const locales = at(spec, 'locales')
  return isRecord(locales) ? formatCounted(Object.keys(locales).length, 'locale') : null
}

function plain(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null
}

/** What a spec asks for in short: names and values, of those that it has. */
export function specFacts(spec: Dataset['spec']): [name: string, value: string][] {
  const facts: [string, string | null][] = [
    ['Days', daysOf(spec)],
    ['Customers come from', localesOf(spec)],
    ['Currency', plain(at(spec, 'currency'))],
    ['Orders per customer', plain(at(spec, 'orders.per_customer'))],
    ['Lines per order', plain(at(spec, 'orders.items'))],
    ['Ids', plain(at(spec, 'ids'))],
    ['Files', plain(at(spec, 'format'))],
    ['Seed', plain(at(spec, 'seed'))],
  ]
  return facts.filter((fact): fact is [string, string] => fact[1] !== null)
}
