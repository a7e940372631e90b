import { ApiError } from '@/lib/api/problem'

import { placeOf } from './spec-layout'
import type { Setting } from './spec-schema'

export interface SettingErrors {
  /** By the path of a setting, or of what was typed in it. */
  byPath: Readonly<Partial<Record<string, string>>>
  /** What belongs to no setting in sight. */
  general: readonly string[]
}

const isBelow = (path: string, above: string): boolean => path === above || path.startsWith(`${above}.`)

/** The setting that a field of an answer is about: the setting itself, what holds it, or the first that it holds. */
const settingFor = (field: string, settings: readonly Setting[]): Setting | undefined =>
  settings.find(({ path }) => isBelow(field, path)) ?? settings.find(({ path }) => isBelow(path, field))

/** Whether a place within a setting has an input of its own, such as one key of a weight for each key. */
function hasInput(setting: Setting, inside: string): boolean {
  if (setting.kind === 'weights') return setting.keys.includes(inside)
  if (setting.kind !== 'list') return false
  const [index = '', ...rest] = inside.split('.')
  return /^\d+$/.test(index) && setting.items.some(({ path }) => path === rest.join('.'))
}

/** Where a message about a field is shown, and its words there: without an input of its own, the place is named. */
function shownAt(setting: Setting, field: string, message: string): readonly [string, string] {
  if (!field.startsWith(`${setting.path}.`)) return [setting.path, message]
  const inside = field.slice(setting.path.length + 1)
  if (hasInput(setting, inside)) return [field, message]
  const place = setting.kind === 'numbers' ? placeOf(setting.path, Number(inside)) : inside
  return [setting.path, `${place}: ${message}`]
}

/** Sorts what the form found and what the server answered to where it is shown; what the form found comes first. */
export function sortErrors(
  wrong: Readonly<Record<string, string>>,
  error: Error | null,
  settings: readonly Setting[],
): SettingErrors {
  const byPath: Record<string, string> = { ...wrong }
  const general: string[] = []
  for (const { field, message } of error instanceof ApiError ? error.fields : []) {
    const ofWhole = field === '' || field === 'spec'
    const setting = ofWhole ? undefined : settingFor(field, settings)
    if (setting === undefined) general.push(ofWhole ? message : `${field}: ${message}`)
    else {
      const [path, words] = shownAt(setting, field, message)
      byPath[path] ??= words
    }
  }
  return { byPath, general }
}

/** Whether something is wrong with a setting or within it. */
export const isWrong = (errors: SettingErrors, { path }: Setting): boolean =>
  Object.keys(errors.byPath).some((place) => isBelow(place, path))
