import { ApiError } from '@/lib/api/problem'

/** How the rows beside the form stand to what is set in it. */
export type PreviewStatus =
  | { kind: 'current' }
  /** Newer rows are on their way. */
  | { kind: 'updating' }
  /** What is set is not valid, so there are no rows of it. */
  | { kind: 'invalid' }
  /** The settings may be fine, but the service that makes the rows is busy or away. */
  | { kind: 'unavailable'; error: Error }

/** Whether an answer refuses what is set, rather than this request at this moment. */
export const refusesSettings = (error: Error | null): boolean =>
  error instanceof ApiError && (error.fields.length > 0 || [400, 413, 422].includes(error.status))

/** Tells how a preview stands: what the form can read comes first, then what was answered to it. */
export function previewStatusOf({
  readable,
  updating,
  error,
}: {
  readable: boolean
  updating: boolean
  error: Error | null
}): PreviewStatus {
  if (!readable) return { kind: 'invalid' }
  if (updating) return { kind: 'updating' }
  if (error === null) return { kind: 'current' }
  return refusesSettings(error) ? { kind: 'invalid' } : { kind: 'unavailable', error }
}
