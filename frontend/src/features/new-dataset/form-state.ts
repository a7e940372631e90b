import type { Draft } from './draft'
import type { SettingErrors } from './setting-errors'

/** What every input of the form works on. */
export interface FormState {
  draft: Draft
  errors: SettingErrors
  change: (draft: Draft) => void
}
