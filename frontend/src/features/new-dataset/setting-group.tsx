import type { ReactElement, ReactNode } from 'react'

import type { Setting } from './spec-schema'

/** The inputs of one setting that has several, below its name. */
export function SettingGroup({
  setting,
  error,
  children,
}: {
  setting: Setting
  error: string | undefined
  children: ReactNode
}): ReactElement {
  return (
    <fieldset className="min-w-0">
      <legend className="text-sm font-medium">{setting.label}</legend>
      {setting.description !== null && <p className="mb-3 text-sm text-muted">{setting.description}</p>}
      {children}
      {error !== undefined && <p className="mt-1.5 text-sm font-medium text-danger">{error}</p>}
    </fieldset>
  )
}
