import { useEffect, useRef } from 'react'

import { isPlain, opensPalette, pressKey, takesText, type Series, type Shortcut } from './shortcuts'
import { useSingleKeys } from './single-keys'

const dialogIsOpen = (): boolean => document.querySelector('dialog[open]') !== null

/**
 * Listens to the keyboard on the whole page. Single keys do nothing while text is typed, while a dialog is open,
 * while they are switched off, and while `quiet`.
 */
export function useShortcuts({
  shortcuts,
  quiet,
  onShortcut,
  onPalette,
}: {
  shortcuts: readonly Shortcut[]
  quiet: boolean
  onShortcut: (shortcut: Shortcut) => void
  onPalette: () => void
}): void {
  const series = useRef<Series | null>(null)
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return
      if (opensPalette(event)) {
        event.preventDefault()
        // Not above a question that waits for its answer; `quiet` is where the dialog is one of ours.
        if (quiet || !dialogIsOpen()) onPalette()
        return
      }
      const heard = isPlain(event) && !quiet && !takesText(event.target) && !dialogIsOpen()
      if (!heard || !useSingleKeys.getState().on) return
      const pressed = pressKey(shortcuts, series.current, event.key, event.timeStamp)
      series.current = pressed.series
      if (pressed.shortcut === null) return
      event.preventDefault()
      onShortcut(pressed.shortcut)
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [shortcuts, quiet, onShortcut, onPalette])
}
