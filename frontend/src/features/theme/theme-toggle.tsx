import type { ReactElement } from 'react'

import { Button } from '@/components/ui/button'

import { chooseTheme, themes, useTheme, type Theme } from './theme'

const icons: Record<Theme, string> = {
  system: 'M2 3h12v8H2zM6 14h4M8 11v3',
  light:
    'M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1',
  dark: 'M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7Z',
}

/** Walks through the system's theme, light and dark. */
export function ThemeToggle(): ReactElement {
  const { theme } = useTheme()
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system'
  return (
    <Button
      look="quiet"
      size="small"
      onClick={() => chooseTheme(next)}
      aria-label={`Theme: ${theme}. Change to ${next}.`}
      title={`Theme: ${theme}`}
    >
      <svg
        viewBox="0 0 16 16"
        className="size-4"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
        aria-hidden="true"
      >
        <path d={icons[theme]} strokeLinecap="round" strokeLinejoin="round" />
      </svg>
    </Button>
  )
}
