// @vitest-environment jsdom

import { cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { useState, type ReactElement } from 'react'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { Confirm, Dialog } from './dialog'

/** What a browser does when Escape is pressed in a modal dialog. Returns whether it may close it by itself. */
const pressEscape = (): boolean =>
  screen.getByRole('dialog').dispatchEvent(new Event('cancel', { cancelable: true }))

function Opener(): ReactElement {
  const [open, setOpen] = useState(false)
  return (
    <>
      <button onClick={() => setOpen(true)}>Rename</button>
      {open && (
        <Dialog title="Rename it?" onClose={() => setOpen(false)}>
          <button onClick={() => setOpen(false)}>Close</button>
        </Dialog>
      )}
    </>
  )
}

describe('a dialog', () => {
  afterEach(cleanup)

  it('is named by its title, and open as a modal one', () => {
    const showModal = vi.spyOn(HTMLDialogElement.prototype, 'showModal')
    render(
      <Dialog title="Rename it?" onClose={() => undefined}>
        All of it.
      </Dialog>,
    )
    expect(screen.getByRole('dialog', { name: 'Rename it?' }).textContent).toContain('All of it.')
    expect(showModal).toHaveBeenCalledTimes(1)
  })

  it('leaves it to its owner to close it when Escape is pressed', () => {
    const onClose = vi.fn()
    render(
      <Dialog title="Rename it?" onClose={onClose}>
        All of it.
      </Dialog>,
    )
    expect(pressEscape()).toBe(false)
    expect(onClose).toHaveBeenCalledTimes(1)
    expect(screen.getByRole('dialog')).toBeTruthy()
  })

  it('is closed before it leaves the page, so that the focus goes back', () => {
    const stillThere: boolean[] = []
    vi.spyOn(HTMLDialogElement.prototype, 'close').mockImplementation(function (this: HTMLDialogElement) {
      stillThere.push(this.isConnected)
    })
    render(<Opener />)
    fireEvent.click(screen.getByRole('button', { name: 'Rename' }))
    fireEvent.click(screen.getByRole('button', { name: 'Close' }))
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(stillThere).toEqual([true])
  })
})

describe('a question before something is done', () => {
  afterEach(cleanup)

  const ask = (busy = false, dismiss?: string): { onConfirm: () => void; onClose: () => void } => {
    const calls = { onConfirm: vi.fn(), onClose: vi.fn() }
    render(
      <Confirm title="Delete it?" action="Delete" busy={busy} {...(dismiss && { dismiss })} {...calls}>
        It is gone then.
      </Confirm>,
    )
    return calls
  }
  const button = (name: string): HTMLElement =>
    within(screen.getByRole('dialog', { name: 'Delete it?' })).getByRole('button', { name })

  it('is answered by either button, and by nothing else', () => {
    const { onConfirm, onClose } = ask()
    fireEvent.click(screen.getByText('It is gone then.'))
    expect(onConfirm).not.toHaveBeenCalled()
    expect(onClose).not.toHaveBeenCalled()
    fireEvent.click(button('Delete'))
    expect(onConfirm).toHaveBeenCalledTimes(1)
    expect(onClose).not.toHaveBeenCalled()
    fireEvent.click(button('Keep it'))
    expect(onClose).toHaveBeenCalledTimes(1)
    expect(onConfirm).toHaveBeenCalledTimes(1)
  })

  it('means no when Escape is pressed', () => {
    const { onConfirm, onClose } = ask()
    pressEscape()
    expect(onClose).toHaveBeenCalledTimes(1)
    expect(onConfirm).not.toHaveBeenCalled()
  })

  it('is not answered twice while its work runs, but can be left', () => {
    const { onConfirm, onClose } = ask(true, 'Leave it')
    fireEvent.click(button('Delete'))
    expect(onConfirm).not.toHaveBeenCalled()
    expect(button('Delete').getAttribute('aria-busy')).toBe('true')
    fireEvent.click(button('Leave it'))
    expect(onClose).toHaveBeenCalledTimes(1)
  })
})
