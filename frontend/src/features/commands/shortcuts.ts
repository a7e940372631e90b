/** Keys that do something on every page: what they are called, and which of them a series of presses means. */
import type { User } from '@/lib/api/types'

import { newDataset, pagesFor } from './places'

/** What a shortcut does: go to an address, or list the shortcuts. */
export type Effect = { to: string } | 'help'

export interface Shortcut {
  keys: readonly string[]
  name: string
  effect: Effect
}

/** The shortcuts without a modifier key, for a user. */
export function shortcutsFor(role: User['role']): Shortcut[] {
  const places = pagesFor(role).flatMap(({ name, to, keys }) =>
    keys === undefined ? [] : [{ keys, name: `Go to ${name.charAt(0).toLowerCase()}${name.slice(1)}`, to }],
  )
  const all = [{ keys: newDataset.keys ?? [], name: newDataset.name, to: newDataset.to }, ...places]
  return [
    ...all.map(({ keys, name, to }) => ({ keys, name, effect: { to } })),
    { keys: ['?'], name: 'Show the keyboard shortcuts', effect: 'help' },
  ]
}

/** So long the first key of a series waits for the next, in milliseconds. */
export const seriesLasts = 1_500

export interface Series {
  keys: readonly string[]
  /** When the last key was pressed, in milliseconds. */
  at: number
}

const begins = (keys: readonly string[], start: readonly string[]): boolean =>
  start.every((key, place) => keys[place] === key)

/**
 * Takes a key into a series. Returns the shortcut that it completes, if any, and the series that goes on. A key
 * that continues nothing may begin a series of its own.
 */
export function pressKey(
  shortcuts: readonly Shortcut[],
  series: Series | null,
  key: string,
  at: number,
): { shortcut: Shortcut | null; series: Series | null } {
  const before = series !== null && at - series.at <= seriesLasts ? series.keys : []
  const keys = [...before, key]
  const possible = shortcuts.filter((one) => begins(one.keys, keys))
  const shortcut = possible.find((one) => one.keys.length === keys.length)
  if (shortcut !== undefined) return { shortcut, series: null }
  if (possible.length > 0) return { shortcut: null, series: { keys, at } }
  return before.length > 0 ? pressKey(shortcuts, null, key, at) : { shortcut: null, series: null }
}

interface Pressed {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
}

/** Ctrl+K, or ⌘K on a Mac. */
export const opensPalette = ({ key, ctrlKey, metaKey, altKey }: Pressed): boolean =>
  key.toLowerCase() === 'k' && (ctrlKey || metaKey) && !altKey

/** Whether keys are typed into an element rather than pressed on the page. */
export const takesText = (element: EventTarget | null): boolean =>
  element instanceof Element &&
  element.closest('input, textarea, select, [contenteditable], [role="textbox"], [role="combobox"]') !== null

/** Whether a key was pressed on its own: with a modifier it belongs to the browser or to the system. */
export const isPlain = ({ key, ctrlKey, metaKey, altKey }: Pressed): boolean =>
  key.length === 1 && !ctrlKey && !metaKey && !altKey
