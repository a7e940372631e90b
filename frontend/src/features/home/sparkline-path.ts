import type { Step } from '@/features/jobs/throughput'

const round = (value: number): string => String(Math.round(value * 10) / 10)

/**
 * The outline of steps of throughput as SVG paths: a line through the corners of each step, and the area below
 * it. The first step begins at the left edge, the last ends at the right; zero is at the bottom, the highest
 * rate just below the top.
 */
export function sparklineOf(
  steps: readonly Step[],
  { width, height }: { width: number; height: number },
): { line: string; area: string } {
  const start = steps[0]?.from ?? 0
  const end = steps.at(-1)?.to ?? 1
  const highest = Math.max(...steps.map(({ rate }) => rate), Number.MIN_VALUE)
  const across = (seconds: number): string => round((width * (seconds - start)) / (end - start))
  const down = (rate: number): string => round(height - 1 - ((height - 2) * rate) / highest)
  const corners = steps.map(({ to, rate }) => `V${down(rate)}H${across(to)}`).join('')
  const line = `M0 ${down(steps[0]?.rate ?? 0)}${corners}`
  return { line, area: `${line}V${String(height)}H0Z` }
}
