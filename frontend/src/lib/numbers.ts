/** A whole number as people type it (`10000`, `10,000`, `10 000`, `10_000`), or null. */
export function parseWhole(text: string): number | null {
  const digits = text.replace(/[\s,_']/g, '')
  if (!/^-?\d+$/.test(digits)) return null
  const value = Number(digits)
  return Number.isSafeInteger(value) ? value : null
}

/** A decimal number, or null. */
export function parseDecimal(text: string): number | null {
  const trimmed = text.trim()
  if (!/^-?\d*\.?\d+$/.test(trimmed)) return null
  return Number(trimmed)
}
