import type { ReactElement } from 'react'

import { classes } from '@/lib/classes'
import { formatCounted, formatName } from '@/lib/format'

import type { Preset } from './spec-schema'

/** What a preset sets beside its size: the names of its settings. */
function aboutOf({ spec }: Preset): string {
  const names = Object.keys(spec).filter((name) => !['name', 'customers', 'seed'].includes(name))
  return names.length === 0 ? 'usual settings' : `own ${names.join(', ')}`
}

const sizeOf = ({ spec: { customers } }: Preset): string =>
  typeof customers === 'number' ? formatCounted(customers, 'customer') : 'usual size'

/** Specs to start from; choosing one replaces what is set. */
export function PresetCards({
  presets,
  chosen,
  onChoose,
}: {
  presets: readonly Preset[]
  chosen: string
  onChoose: (preset: Preset) => void
}): ReactElement {
  return (
    <section aria-label="Presets" className="mb-6">
      <ul className="grid grid-cols-2 gap-2 sm:grid-cols-3 lg:grid-cols-6">
        {presets.map((preset) => (
          <li key={preset.name} className="min-w-0">
            <button
              type="button"
              aria-pressed={preset.name === chosen}
              onClick={() => onChoose(preset)}
              className={classes(
                'h-full w-full rounded-xl border p-3 text-left transition-colors',
                preset.name === chosen
                  ? 'border-accent bg-accent-soft'
                  : 'border-line bg-surface hover:border-line-strong',
              )}
            >
              <span className="block text-sm font-semibold">
                {formatName(preset.name.replaceAll('-', ' '))}
              </span>
              <span className="block text-xs text-muted tabular-nums">{sizeOf(preset)}</span>
              <span className="block text-xs text-muted">{aboutOf(preset)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
