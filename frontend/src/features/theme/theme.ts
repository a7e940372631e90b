import { create } from 'zustand'

export const themes = ['system', 'light', 'dark'] as const

export type Theme = (typeof themes)[number]

const key = 'cartload.theme'

/** The theme chosen in this browser. `public/theme.js` applies it before the page is drawn. */
export function chosenTheme(): Theme {
  try {
    const kept = window.localStorage.getItem(key)
    return kept === 'light' || kept === 'dark' ? kept : 'system'
  } catch {
    return 'system'
  }
}

/** The theme as the page shows it now. */
export const useTheme = create<{ theme: Theme }>(() => ({ theme: chosenTheme() }))

/** Applies a theme and keeps it; `system` forgets the choice. */
export function chooseTheme(theme: Theme): void {
  useTheme.setState({ theme })
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  try {
    if (theme === 'system') window.localStorage.removeItem(key)
    else window.localStorage.setItem(key, theme)
  } catch {
    // Storage is switched off: the choice lasts as long as the page.
  }
}
