import { Search } from 'lucide-react'
import { lazy, Suspense, useCallback, useMemo, useState, type ReactElement } from 'react'
import { useNavigate } from 'react-router'

import { Button } from '@/components/ui/button'
import { Keys } from '@/components/ui/keys'
import type { User } from '@/lib/api/types'

import { paletteKeys } from './palette-keys'
import { shortcutsFor, type Shortcut } from './shortcuts'
import { useShortcuts } from './use-shortcuts'

// Fetched when first opened.
const Palette = lazy(() => import('./palette'))
const ShortcutsDialog = lazy(() => import('./shortcuts-dialog'))

/** The command palette and the keyboard shortcuts of every page, with the button that opens the palette. */
export function Commands({ role }: { role: User['role'] }): ReactElement {
  const [open, setOpen] = useState<'palette' | 'help' | null>(null)
  const navigate = useNavigate()
  const shortcuts = useMemo(() => shortcutsFor(role), [role])
  const onPalette = useCallback(() => setOpen((shown) => (shown === 'palette' ? null : 'palette')), [])
  const onShortcut = useCallback(
    ({ effect }: Shortcut) => {
      if (effect === 'help') setOpen('help')
      else void navigate(effect.to)
    },
    [navigate],
  )
  useShortcuts({ shortcuts, quiet: open !== null, onShortcut, onPalette })
  const close = (): void => setOpen(null)
  return (
    <>
      <Button
        look="quiet"
        size="small"
        onClick={onPalette}
        aria-haspopup="dialog"
        aria-keyshortcuts="Control+K Meta+K"
      >
        <Search className="size-4" />
        <span className="sr-only lg:not-sr-only">Search</span>
        <span aria-hidden="true" className="hidden lg:inline">
          <Keys keys={paletteKeys()} />
        </span>
      </Button>
      <Suspense>
        {open === 'palette' && <Palette role={role} onClose={close} onHelp={() => setOpen('help')} />}
        {open === 'help' && <ShortcutsDialog shortcuts={shortcuts} onClose={close} />}
      </Suspense>
    </>
  )
}
