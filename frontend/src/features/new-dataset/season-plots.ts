/** What the settings of time and season mean together, as numbers to plot. */
import { valueAt, type Draft } from './draft'
import { dailyDemand, type DailyDemand, type DemandSettings, type SeasonEvent } from './daily-demand'
import { isJson, type Setting } from './spec-schema'

const dayLength = 86_400_000

function numbersIn(value: unknown, count: number): readonly number[] | null {
  if (!Array.isArray(value) || value.length !== count) return null
  const numbers = value.filter((one): one is number => typeof one === 'number')
  return numbers.length === count ? numbers : null
}

const numberIn = (value: unknown, otherwise: number | null = null): number | null =>
  typeof value === 'number' ? value : otherwise

function eventOf(value: unknown): SeasonEvent | null {
  if (!isJson(value)) return null
  const [month, day, factor] = [numberIn(value.month), numberIn(value.day), numberIn(value.factor)]
  const days = numberIn(value.days, 1)
  return month === null || day === null || factor === null || days === null
    ? null
    : { month, day, days, factor }
}

/** The settings of demand as a draft has them, defaults for the rest; null while some cannot be read. */
export function demandSettingsOf(draft: Draft, settings: readonly Setting[]): DemandSettings | null {
  const initial = new Map(settings.map((setting) => [setting.path, setting.initial]))
  const at = (path: string): unknown => valueAt(draft.spec, path) ?? initial.get(path)
  const [start, end] = [at('window.start'), at('window.end')]
  const [year, week] = [numbersIn(at('season.year'), 12), numbersIn(at('season.week'), 7)]
  const listed = at('season.events')
  const events = Array.isArray(listed) ? listed.map(eventOf) : []
  const growth = numberIn(at('growth'))
  if (typeof start !== 'string' || typeof end !== 'string') return null
  if (year === null || week === null || growth === null) return null
  const read = events.filter((event) => event !== null)
  return { window: { start, end }, season: { year, week, events: read }, growth }
}

/** The weight of each hour of the day; null while they cannot be read. */
export function hoursOf(draft: Draft, settings: readonly Setting[]): readonly number[] | null {
  const initial = settings.find(({ path }) => path === 'season.day')?.initial
  return numbersIn(valueAt(draft.spec, 'season.day') ?? initial, 24)
}

/** Numbers as percentages of their mean, leaving out those that are not there. */
function byMean(values: readonly (number | null)[]): (number | null)[] {
  const there = values.filter((value) => value !== null)
  const mean = there.reduce((sum, value) => sum + value, 0) / there.length
  return values.map((value) => (value === null ? null : (100 * value) / mean))
}

/** The mean demand of the days of each kind; null for a kind without a day. */
function meanOfDays(
  { firstDay, orders }: DailyDemand,
  kinds: number,
  kindOf: (day: Date) => number,
): (number | null)[] {
  const sums = Array.from({ length: kinds }, () => ({ days: 0, demand: 0 }))
  for (const [place, share] of orders.entries()) {
    const sum = sums[kindOf(new Date(firstDay + place * dayLength))]
    if (sum === undefined) continue
    sum.days += 1
    sum.demand += share
  }
  return sums.map(({ days, demand }) => (days === 0 ? null : demand / days))
}

export interface SeasonPlots {
  daily: DailyDemand
  /** Demand of a day in each month, and of a day of each kind of the week, with their events: the mean is 100. */
  byMonth: readonly (number | null)[]
  byWeekday: readonly (number | null)[]
  byHour: readonly (number | null)[]
}

/** The numbers of all plots of demand; null while the settings cannot be read. */
export function seasonPlots(draft: Draft, settings: readonly Setting[]): SeasonPlots | null {
  const read = demandSettingsOf(draft, settings)
  const hours = hoursOf(draft, settings)
  const daily = read === null ? null : dailyDemand(read)
  if (daily === null || hours === null) return null
  return {
    daily,
    byMonth: byMean(meanOfDays(daily, 12, (day) => day.getUTCMonth())),
    byWeekday: byMean(meanOfDays(daily, 7, (day) => (day.getUTCDay() + 6) % 7)),
    byHour: byMean(hours),
  }
}
