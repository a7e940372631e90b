import { ApiError } from '@/lib/api/problem'

import type { SpecField } from './spec-schema'

export interface ValidationErrors {
  /** What stands beside its field; `rest` for everything set as JSON. */
  byField: Readonly<Partial<Record<string, string>>>
  /** What belongs to no field in sight. */
  general: readonly string[]
}

/** Sorts what the form found and what the server answered to where it is shown. */
export function collectValidationErrors(
  wrong: Readonly<Record<string, string>>,
  error: Error | null,
  fields: readonly SpecField[],
): ValidationErrors {
  const byField: Record<string, string> = { ...wrong }
  const general: string[] = []
  const simple = new Set(fields.map((field) => field.name))
  for (const { field, message } of error instanceof ApiError ? error.fields : []) {
    if (simple.has(field)) byField[field] ??= message
    else if (field === '' || field === 'spec') general.push(message)
    else byField.rest = [byField.rest, `${field}: ${message}`].filter(Boolean).join(' ')
  }
  return { byField, general }
}
