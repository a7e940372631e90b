/** Zipf's law as the engine draws by it: the weight of a rank is the rank to the power of minus the exponent. */
interface Ranks {
  /** The first rank: higher where the law's head is cut. */
  first: number
  count: number
}

const ranks = {
  /** A category of a hundred products. */
  'skew.products': { first: 1, count: 100 },
  /** A thousand ranks, of which nobody has the first five. */
  'skew.customers': { first: 6, count: 1_000 },
} satisfies Readonly<Record<string, Ranks>>

export type SkewPath = keyof typeof ranks

export const isSkew = (path: string): path is SkewPath => path in ranks

/** What each tenth of the ranks gets of the whole, best first: ten shares that add up to 1. */
export function sharesByTenth(path: SkewPath, exponent: number): number[] {
  const { first, count } = ranks[path]
  const weights = Array.from({ length: count }, (_, place) => (first + place) ** -exponent)
  const sum = (some: readonly number[]): number => some.reduce((total, one) => total + one, 0)
  const whole = sum(weights)
  const size = count / 10
  return Array.from(
    { length: 10 },
    (_, tenth) => sum(weights.slice(tenth * size, (tenth + 1) * size)) / whole,
  )
}
