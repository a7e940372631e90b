/** The first that matches counts: a browser names those that it is compatible with as well. */
const browsers = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
] as const

const systems = [
  [/\bWindows\b/, 'Windows'],
  [/\bAndroid\b/, 'Android'],
  [/\b(iPhone|iPad)\b/, 'iOS'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
] as const

const first = (names: readonly (readonly [RegExp, string])[], text: string): string | undefined =>
  names.find(([pattern]) => pattern.test(text))?.[1]

/** What a client calls itself, as people say it: `Firefox on Linux`, or the name of a program such as `curl`. */
export function clientName(userAgent: string | null | undefined): string {
  if (userAgent == null) return 'Unknown client'
  const browser = first(browsers, userAgent)
  if (browser === undefined) return /^[^/\s]+/.exec(userAgent)?.[0] ?? userAgent
  const system = first(systems, userAgent)
  return system === undefined ? browser : `${browser} on ${system}`
}
