import type { ReactElement } from 'react'

import { Button } from './button'
import { toast } from './toasts'

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    toast('Copied.')
  } catch {
    toast('This browser does not allow copying here. Select the text instead.')
  }
}

/** Puts a text on the clipboard. */
export function CopyButton({ text, what }: { text: string; what: string }): ReactElement {
  return (
    <Button size="small" aria-label={`Copy ${what}`} onClick={() => void copy(text)}>
      Copy
    </Button>
  )
}
