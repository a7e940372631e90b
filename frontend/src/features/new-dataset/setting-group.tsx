import { useId, type ReactElement, type ReactNode } from 'react'

import { classes } from '@/lib/classes'

import type { Setting } from './spec-schema'

/**
 * The inputs of one setting that has several, below its name, with what is wrong with them together. They are
 * given the id of that error, so that each names it; undefined where there is none.
 */
export function SettingGroup({
  setting,
  error,
  children,
}: {
  setting: Setting
  error: string | undefined
  children: (errorId: string | undefined) => ReactNode
}): ReactElement {
  const id = useId()
  const hintId = setting.description === null ? undefined : `${id}hint`
  const errorId = error === undefined ? undefined : `${id}error`
  return (
    <fieldset className="min-w-0" aria-describedby={classes(hintId, errorId) || undefined}>
      <legend className="text-sm font-medium">{setting.label}</legend>
      {setting.description !== null && (
        <p id={hintId} className="mb-3 text-sm text-muted">
          {setting.description}
        </p>
      )}
      {children(errorId)}
      {error !== undefined && (
        <p id={errorId} className="mt-1.5 text-sm font-medium text-danger">
          {error}
        </p>
      )}
    </fieldset>
  )
}
