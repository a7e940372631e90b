import { useEffect, useState, type ReactElement } from 'react'

import { Button } from './button'
import { toast } from './toasts'

const shownFor = 2_000

/** Puts a text on the clipboard, and says so on its face too: a toast is behind an open dialog. */
export function CopyButton({ text, what }: { text: string; what: string }): ReactElement {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return undefined
    const timer = setTimeout(() => setCopied(false), shownFor)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      setCopied(true)
      toast('Copied.')
    } catch {
      toast('This browser does not allow copying here. Select the text instead.')
    }
  }
  return (
    <Button size="small" aria-label={`Copy ${what}`} onClick={() => void copy()}>
      {copied ? 'Copied' : 'Copy'}
    </Button>
  )
}
