import { useEffect, useRef, type RefObject } from 'react'

import { focusFirstInvalid } from '@/lib/forms'

/**
 * Brings the keyboard to the first invalid field of a form once a refusal of what was sent is drawn. Returns the
 * form's ref. A callback of the request comes too early for this: the fields are marked only afterwards.
 */
export function useRefusalFocus(refusal: Error | null): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    if (refusal !== null && form.current !== null) focusFirstInvalid(form.current)
  }, [refusal])
  return form
}
