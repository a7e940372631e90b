import type { ReactElement, ReactNode } from 'react'

import { CopyButton } from './copy-button'

/** A program text to copy, with what has to be known about it. */
export function CodePanel({
  what,
  text,
  note,
}: {
  what: string
  text: string
  note: ReactNode
}): ReactElement {
  return (
    <div>
      <div className="mb-3 flex items-start justify-between gap-4">
        <p className="text-sm text-muted">{note}</p>
        <CopyButton text={text} what={what} />
      </div>
      <pre
        tabIndex={0}
        role="region"
        aria-label={what}
        className="max-h-[32rem] overflow-auto rounded-lg bg-sunken p-4 text-[13px] leading-relaxed break-words whitespace-pre-wrap"
      >
        {text}
      </pre>
    </div>
  )
}
