/** Demand on each day of a dataset's window, by the engine's formulas (docs/how-the-numbers-are-made.md, Time). */

export interface SeasonEvent {
  /** Month of the first day, January as 1. */
  month: number
  /** Day of the first day in its month. */
  day: number
  /** Length in days. */
  days: number
  /** Demand, as a multiple of a usual day's. */
  factor: number
}

export interface DemandSettings {
  /** Both days count; as `2024-01-31`. */
  window: { start: string; end: string }
  season: {
    /** Twelve weights, January first. */
    year: readonly number[]
    /** Seven weights, Monday first. */
    week: readonly number[]
    events: readonly SeasonEvent[]
  }
  /** Sign-ups, as a multiple of the year before. */
  growth: number
}

export interface DailyDemand {
  /** In milliseconds since 1970, as of midnight UTC. */
  firstDay: number
  /** By day, as shares that add up to 1: of the orders of a customer who is there all the time. */
  orders: readonly number[]
  /** The same of sign-ups. */
  signUps: readonly number[]
}

const dayLength = 86_400_000

/** Whether an event that begins on a day of each year covers a day; one in December may last into January. */
function covers({ month, day: first, days }: SeasonEvent, at: Date): boolean {
  return [at.getUTCFullYear(), at.getUTCFullYear() - 1].some((year) => {
    // Not every month has a day 29 to 31: those are counted on into the next, as the engine counts them.
    const begin = Date.UTC(year, month - 1, first)
    return at.getTime() >= begin && at.getTime() < begin + days * dayLength
  })
}

function weightOf({ year, week, events }: DemandSettings['season'], at: Date): number {
  const monday = (at.getUTCDay() + 6) % 7
  const usual = (year[at.getUTCMonth()] ?? 0) * (week[monday] ?? 0)
  return events.filter((event) => covers(event, at)).reduce((weight, { factor }) => weight * factor, usual)
}

/** Growth rises in a straight line within each year of 365 days. */
function grown(day: number, growth: number): number {
  const level = growth ** Math.floor(day / 365)
  return level * (1 + ((growth - 1) * (day % 365)) / 365)
}

function sharesOf(weights: readonly number[]): number[] {
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / whole)
}

/** The longest window that is drawn, in days: a longer one is a mistake on its way to being typed right. */
const mostDays = 20_000

/** The demand of each day; null where the window has no day, or far too many. */
export function dailyDemand({ window, season, growth }: DemandSettings): DailyDemand | null {
  const firstDay = Date.parse(`${window.start}T00:00:00Z`)
  const count = (Date.parse(`${window.end}T00:00:00Z`) - firstDay) / dayLength + 1
  if (!(count >= 1 && count <= mostDays)) return null
  const weights = Array.from({ length: count }, (_, day) =>
    weightOf(season, new Date(firstDay + day * dayLength)),
  )
  return {
    firstDay,
    orders: sharesOf(weights),
    signUps: sharesOf(weights.map((weight, day) => weight * grown(day, growth))),
  }
}
