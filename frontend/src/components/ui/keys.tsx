import type { ReactElement } from 'react'

/** Keys of the keyboard, pressed one after the other. */
export function Keys({ keys }: { keys: readonly string[] }): ReactElement {
  return (
    <span className="inline-flex shrink-0 items-center gap-1">
      {keys.map((key, place) => (
        <kbd
          key={place}
          className="min-w-5 rounded border border-line bg-sunken px-1 text-center font-sans text-xs leading-5 text-muted"
        >
          {key.length === 1 ? key.toUpperCase() : key}
        </kbd>
      ))}
    </span>
  )
}
