import { useId, useLayoutEffect, useRef, type ReactElement, type ReactNode } from 'react'

import { classes } from '@/lib/classes'

import { Button } from './button'

/** In the middle of the window, near its top, or along its right side in full height. */
const places = {
  middle: 'w-[min(32rem,calc(100vw-2rem))] rounded-xl border p-6',
  top: 'mt-[10dvh] w-[min(40rem,calc(100vw-2rem))] rounded-xl border',
  side: 'mr-0 h-dvh max-h-none w-[min(34rem,100vw)] max-w-none border-l p-5 sm:p-6',
} as const

/** A modal dialog of the browser's own: it keeps the focus inside, and Escape closes it. */
export function Dialog({
  title,
  place = 'middle',
  onClose,
  children,
}: {
  title: string
  /** At the top it shows only what it holds, and a press beside it closes it. */
  place?: keyof typeof places
  onClose: () => void
  children: ReactNode
}): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  const bare = place === 'top'
  // Closed before it leaves the page, so that the browser gives the focus back.
  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onPointerDown={(event) => {
        if (bare && event.target === dialog.current) onClose()
      }}
      className={classes(
        'border-line bg-surface text-ink shadow-xl backdrop:bg-[rgb(0_0_0/0.5)]',
        places[place],
      )}
    >
      <h2 id={titleId} className={bare ? 'sr-only' : 'text-lg font-semibold'}>
        {title}
      </h2>
      <div className={bare ? undefined : 'mt-3'}>{children}</div>
    </dialog>
  )
}

/** Asks before something that has consequences; `dangerous` is what cannot be taken back. */
export function Confirm({
  title,
  children,
  action,
  dismiss = 'Keep it',
  dangerous = true,
  busy,
  onConfirm,
  onClose,
}: {
  title: string
  children: ReactNode
  action: string
  dismiss?: string
  dangerous?: boolean
  busy: boolean
  onConfirm: () => void
  onClose: () => void
}): ReactElement {
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="text-sm text-muted">{children}</div>
      <div className="mt-6 flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>{dismiss}</Button>
        <Button look={dangerous ? 'danger' : 'primary'} busy={busy} onClick={onConfirm}>
          {action}
        </Button>
      </div>
    </Dialog>
  )
}
