import type { ReactElement, ReactNode } from 'react'

/** A surface that shows its title, and what it holds once that is pressed. */
export function Disclosure({ title, children }: { title: ReactNode; children: ReactNode }): ReactElement {
  return (
    <details className="group rounded-xl border border-line bg-surface">
      <summary className="flex gap-3 rounded-xl px-4 py-3 text-sm hover:bg-sunken sm:px-5">
        <span aria-hidden="true" className="self-start text-muted transition-transform group-open:rotate-90">
          ›
        </span>
        {title}
      </summary>
      <div className="space-y-4 border-t border-line p-4 sm:p-5">{children}</div>
    </details>
  )
}
