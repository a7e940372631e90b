import { minorUnits } from '@/lib/format'

/** How values are written for people who read in one locale, of a dataset with one currency. */
export interface ValueFormats {
  /** Minor units; null where the currency is not known. */
  money: ((minor: number) => string) | null
  count: (value: number) => string
  /** A time in the reader's zone, without and with its name. */
  time: (time: string) => string
  zonedTime: (time: string) => string
  /** A day of the calendar, the same in every zone. */
  day: (date: string) => string
}

/** The formats of a locale, the browser's unless told otherwise. Made once for many values: making them is slow. */
export function valueFormats(currency: string | null, locale = navigator.language): ValueFormats {
  const count = new Intl.NumberFormat(locale)
  const time = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' })
  const zonedTime = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'long' })
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' })
  return {
    money: currency === null ? null : moneyFormat(currency, locale),
    count: (value) => count.format(value),
    time: (value) => time.format(new Date(value)),
    zonedTime: (value) => zonedTime.format(new Date(value)),
    day: (value) => day.format(new Date(value)),
  }
}

function moneyFormat(currency: string, locale: string): (minor: number) => string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency })
  const units = minorUnits(currency)
  return (minor) => format.format(minor / units)
}
