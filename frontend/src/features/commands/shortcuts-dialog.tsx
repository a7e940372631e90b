import type { ReactElement } from 'react'

import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Keys } from '@/components/ui/keys'
import { classes } from '@/lib/classes'

import { paletteKeys } from './palette-keys'
import type { Shortcut } from './shortcuts'
import { setSingleKeys, useSingleKeys } from './single-keys'

function Line({
  name,
  keys,
  off = false,
}: {
  name: string
  keys: readonly string[]
  off?: boolean
}): ReactElement {
  return (
    <div className="flex items-center justify-between gap-4 py-1.5">
      <dt className={classes(off && 'text-muted line-through')}>{name}</dt>
      <dd>
        <Keys keys={keys} />
      </dd>
    </div>
  )
}

/** Lists the shortcuts; those without a modifier key are switched off here. */
export default function ShortcutsDialog({
  shortcuts,
  onClose,
}: {
  shortcuts: readonly Shortcut[]
  onClose: () => void
}): ReactElement {
  const { on } = useSingleKeys()
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl className="divide-y divide-line text-sm">
        <Line name="Search and commands" keys={paletteKeys()} />
        {shortcuts.map(({ name, keys }) => (
          <Line key={name} name={name} keys={keys} off={!on} />
        ))}
      </dl>
      <label className="mt-4 flex items-start gap-2.5 text-sm">
        <input
          type="checkbox"
          className="mt-0.5 size-4 accent-accent"
          checked={on}
          onChange={({ target }) => setSingleKeys(target.checked)}
        />
        <span>
          Use single-key shortcuts
          <span className="block text-muted">
            They do nothing while you type in a field. Kept in this browser.
          </span>
        </span>
      </label>
      <div className="mt-6 flex justify-end">
        <Button onClick={onClose}>Close</Button>
      </div>
    </Dialog>
  )
}
