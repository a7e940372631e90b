// @vitest-environment jsdom

import { describe, expect, it } from 'vitest'

import {
  isPlain,
  opensPalette,
  pressKey,
  seriesLasts,
  shortcutsFor,
  takesText,
  type Series,
} from './shortcuts'

const shortcuts = shortcutsFor('customer')
const plain = { ctrlKey: false, metaKey: false, altKey: false }

/** The name of the shortcut that the last of some keys completes, pressed so many milliseconds apart. */
function after(keys: string, apart = 100): string | undefined {
  let series: Series | null = null
  let name: string | undefined
  for (const [place, key] of keys.split(' ').entries()) {
    const pressed = pressKey(shortcuts, series, key, place * apart)
    series = pressed.series
    name = pressed.shortcut?.name
  }
  return name
}

describe('a series of keys', () => {
  it.each([
    ['n', 'New dataset'],
    ['g d', 'Go to datasets'],
    ['g j', 'Go to jobs'],
    ['?', 'Show the keyboard shortcuts'],
    ['g g j', 'Go to jobs'],
    ['x n', 'New dataset'],
    ['g x n', 'New dataset'],
  ])('%s means “%s”', (keys, name) => {
    expect(after(keys)).toBe(name)
  })

  it.each(['g', 'j', 'x', 'j g', 'g x'])('%s means nothing', (keys) => {
    expect(after(keys)).toBeUndefined()
  })

  it('begins anew when its keys lie too far apart', () => {
    expect(after('g j', seriesLasts)).toBe('Go to jobs')
    expect(after('g j', seriesLasts + 1)).toBeUndefined()
  })
})

describe('the shortcuts', () => {
  it('of administrators lead to their pages too', () => {
    const names = (role: 'admin' | 'customer'): string[] => shortcutsFor(role).map(({ name }) => name)
    expect(names('admin')).toContain('Go to services')
    expect(names('customer')).not.toContain('Go to services')
  })

  it('are never the beginning of one another', () => {
    const series = shortcutsFor('admin').map(({ keys }) => keys.join(' '))
    expect(new Set(series).size).toBe(series.length)
    for (const one of series)
      expect(series.filter((other) => other !== one && other.startsWith(`${one} `))).toEqual([])
  })
})

describe('a key', () => {
  it('opens the palette as K with Ctrl or ⌘', () => {
    expect(opensPalette({ ...plain, key: 'k', ctrlKey: true })).toBe(true)
    expect(opensPalette({ ...plain, key: 'K', metaKey: true })).toBe(true)
    expect(opensPalette({ ...plain, key: 'k' })).toBe(false)
    expect(opensPalette({ ...plain, key: 'k', ctrlKey: true, altKey: true })).toBe(false)
  })

  it('belongs to the browser with a modifier, and is no letter where it has a name', () => {
    expect(isPlain({ ...plain, key: 'n' })).toBe(true)
    expect(isPlain({ ...plain, key: 'n', ctrlKey: true })).toBe(false)
    expect(isPlain({ ...plain, key: 'Escape' })).toBe(false)
  })

  it.each([
    '<input>',
    '<textarea></textarea>',
    '<select></select>',
    '<p contenteditable>',
    '<b role="textbox">',
  ])('is text in %s', (html) => {
    const host = document.createElement('div')
    host.innerHTML = html
    expect(takesText(host.firstElementChild)).toBe(true)
    expect(takesText(host)).toBe(false)
  })
})
