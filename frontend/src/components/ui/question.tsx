import type { ReactElement } from 'react'

import { Confirm } from './dialog'

/** What an action does: what stays, what goes, and what it costs. */
export interface Consequences {
  question: string
  confirm: string
  stays: string
  goes: string
  costs: string
}

/** Asks before an action, and says what would come of it; `dangerous` is what cannot be taken back. */
export function Question({
  consequences: { question, confirm, stays, goes, costs },
  dangerous,
  busy,
  onConfirm,
  onClose,
}: {
  consequences: Consequences
  dangerous: boolean
  busy: boolean
  onConfirm: () => void
  onClose: () => void
}): ReactElement {
  return (
    <Confirm
      title={question}
      action={confirm}
      dismiss={dangerous ? 'Keep it' : 'Not now'}
      dangerous={dangerous}
      busy={busy}
      onConfirm={onConfirm}
      onClose={onClose}
    >
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-2">
        {[
          ['Stays', stays],
          ['Goes', goes],
          ['Costs', costs],
        ].map(([name, text]) => (
          <div key={name} className="contents">
            <dt className="font-medium text-ink">{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </Confirm>
  )
}
