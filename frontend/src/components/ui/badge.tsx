import type { ReactElement, ReactNode } from 'react'

export type Tone = 'plain' | 'accent' | 'good' | 'warn' | 'danger'

const tones: Record<Tone, string> = {
  plain: 'bg-sunken text-muted ring-line',
  accent: 'bg-accent-soft text-accent ring-accent/25',
  good: 'bg-good-soft text-good ring-good/25',
  warn: 'bg-warn-soft text-warn ring-warn/25',
  danger: 'bg-danger-soft text-danger ring-danger/25',
}

/** A state in one word. */
export function Badge({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }): ReactElement {
  return (
    <span
      className={`inline-flex items-center rounded-full px-2.5 py-0.5 text-xs font-medium ring-1 ring-inset ${tones[tone]}`}
    >
      {children}
    </span>
  )
}
