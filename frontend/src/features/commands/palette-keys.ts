/** The keys that open the palette, as they are printed on this keyboard. */
export const paletteKeys = (): readonly string[] =>
  /Mac|iPhone|iPad/.test(window.navigator.userAgent) ? ['⌘', 'K'] : ['Ctrl', 'K']
