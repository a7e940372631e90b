/** Numbers, sizes and times as people read them. */

const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 })
const oneDigit = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 })
const dateTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })

/** 1234567 → `1,234,567`. */
export const formatCount = (value: number): string => whole.format(value)

const dateTimeSeconds = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })
const exact = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 20 })

/** 0.25 → `0.25`: every digit there is. */
export const formatNumber = (value: number): string => exact.format(value)

/** 1 → `1 row`, 2 → `2 rows`. */
export const formatCounted = (value: number, one: string, many = `${one}s`): string =>
  `${formatCount(value)} ${value === 1 ? one : many}`

/** Share of `total` done, 0 to 1; an empty total counts as nothing done. */
export const shareOf = (done: number, total: number): number =>
  total <= 0 ? 0 : Math.min(1, Math.max(0, done / total))

/** 0.4267 → `42%`: rounded down, so that 100% means done. */
export const formatPercent = (share: number): string => `${String(Math.floor(share * 100 + 1e-9))}%`

/** Bytes in binary units: 1536 → `1.5 KiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${(value < 10 && unit > 0 ? oneDigit : whole).format(value)} ${units[unit] ?? 'B'}`
}

/** Rows, or whatever is counted, a second; a dash where nothing is known yet. */
export const formatRate = (perSecond: number | null, unit = 'rows'): string =>
  perSecond === null || perSecond <= 0 ? '–' : `${formatCount(perSecond)} ${unit}/s`

/** Seconds as `45 s`, `3 min 20 s` or `2 h 5 min`; a dash for what is not known. */
export function formatDuration(seconds: number | null | undefined): string {
  if (seconds == null || !Number.isFinite(seconds)) return '–'
  const all = Math.max(0, Math.round(seconds))
  if (all < 60) return `${String(all)} s`
  const minutes = Math.floor(all / 60)
  if (minutes < 60) return `${String(minutes)} min ${String(all % 60)} s`
  return `${String(Math.floor(minutes / 60))} h ${String(minutes % 60)} min`
}

/** An RFC 3339 time in the reader's zone; a dash for null. */
export const formatDateTime = (
  time: string | null | undefined,
  precision: 'minutes' | 'seconds' = 'minutes',
): string =>
  time == null ? '–' : (precision === 'seconds' ? dateTimeSeconds : dateTime).format(new Date(time))

const zoned = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long' })

/** A time with its zone, for whoever asks what clock it is by. */
export const formatZoned = (time: string): string => zoned.format(new Date(time))

const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' })

/** The day of a time in the reader's zone: `2 Jan 2026`. */
export const formatDay = (time: string): string => day.format(new Date(time))

const calendarDay = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' })

/** A day of the calendar, the same in every zone: `1990-01-02` → `2 Jan 1990`. */
export const formatCalendarDay = (date: string): string => calendarDay.format(new Date(date))

const utcDay = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
})
const utcClock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: 'UTC' })

/** A moment of a dataset, which is told in UTC to everybody: its day and its time of day. */
export const formatMoment = (time: string): { day: string; clock: string } => ({
  day: utcDay.format(new Date(time)),
  clock: utcClock.format(new Date(time)),
})

/** The same in one line: `Fri, 28 Nov 2025, 00:41:07 UTC`; a dash for null. */
export function formatMomentLine(time: string | null): string {
  if (time === null) return '–'
  const { day: shownDay, clock: shownClock } = formatMoment(time)
  return `${shownDay}, ${shownClock} UTC`
}

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })

/** The time of day in the reader's zone: `14:03:09`. */
export const formatClock = (time: string): string => clock.format(new Date(time))

/** Seconds as on a stopwatch: 75 → `1:15`, 3700 → `1:01:40`. */
export function formatStopwatch(seconds: number): string {
  const all = Math.round(seconds)
  const two = (value: number): string => String(value).padStart(2, '0')
  const minutes = Math.floor(all / 60)
  return minutes < 60
    ? `${String(minutes)}:${two(all % 60)}`
    : `${String(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(all % 60)}`
}

/** `order_details` → `Order details`. */
export function formatName(name: string): string {
  const words = name.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const age = new Intl.RelativeTimeFormat('en-GB', { numeric: 'auto' })
const ages = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const

/** How long ago an RFC 3339 time is: `3 hours ago`; `just now` below a minute. */
export function formatAge(time: string, now = Date.now()): string {
  const seconds = Math.max(0, (now - Date.parse(time)) / 1_000)
  const [unit, length] = ages.find(([, most]) => seconds >= most) ?? []
  return unit === undefined ? 'just now' : age.format(-Math.floor(seconds / length), unit)
}

const moneyFormat = (currency: string): Intl.NumberFormat =>
  new Intl.NumberFormat('en-GB', { style: 'currency', currency })

/** How many minor units make one of a currency: 100 for `USD`, 1 for `JPY`. */
export const minorUnits = (currency: string): number =>
  10 ** (moneyFormat(currency).resolvedOptions().maximumFractionDigits ?? 2)

/** An amount in minor units as people write it: 1234, `USD` → `US$12.34`. */
export const formatMoney = (minor: number, currency: string): string =>
  moneyFormat(currency).format(minor / minorUnits(currency))

const compact = new Intl.NumberFormat('en-GB', { notation: 'compact' })

/** A number in little room: 1250000 → `1.3M`, 0.25 → `0.25`. */
export const formatCompact = (value: number): string =>
  Math.abs(value) < 1_000 ? formatNumber(value) : compact.format(value)
