import { Monitor, Moon, Sun, type LucideIcon } from 'lucide-react'
import type { ReactElement } from 'react'

import { Button } from '@/components/ui/button'

import { chooseTheme, themes, useTheme, type Theme } from './theme'

const icons: Record<Theme, LucideIcon> = { system: Monitor, light: Sun, dark: Moon }

/** Walks through the system's theme, light and dark. */
export function ThemeToggle(): ReactElement {
  const { theme } = useTheme()
  const Icon = icons[theme]
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system'
  return (
    <Button
      look="quiet"
      size="small"
      onClick={() => chooseTheme(next)}
      aria-label={`Theme: ${theme}. Change to ${next}.`}
      title={`Theme: ${theme}`}
    >
      <Icon className="size-4" />
    </Button>
  )
}
