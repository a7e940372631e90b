import { create } from 'zustand'

const key = 'cartload.single-keys'

function kept(): boolean {
  try {
    return window.localStorage.getItem(key) !== 'off'
  } catch {
    return true
  }
}

/**
 * Whether shortcuts without a modifier key are on. Who speaks their input, or presses keys by accident, switches
 * them off (WCAG 2.1.4); kept in this browser.
 */
export const useSingleKeys = create<{ on: boolean }>(() => ({ on: kept() }))

export function setSingleKeys(on: boolean): void {
  useSingleKeys.setState({ on })
  try {
    if (on) window.localStorage.removeItem(key)
    else window.localStorage.setItem(key, 'off')
  } catch {
    // Storage is switched off: the choice lasts as long as the page.
  }
}
