import { ApiError } from '@/lib/api/problem'

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
      const inside = field.startsWith(`${setting.path}.`) ? `${field.slice(setting.path.length + 1)}: ` : ''
      byPath[setting.path] ??= inside + message
    }
  }
  return { byPath, general }
}

/** Whether something is wrong with a setting or within it. */
export const isWrong = (errors: SettingErrors, { path }: Setting): boolean =>
  Object.keys(errors.byPath).some((place) => isBelow(place, path))
