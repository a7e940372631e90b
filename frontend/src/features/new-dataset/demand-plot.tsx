import { scaleLinear, scaleUtc } from '@visx/scale'
import { LinePath } from '@visx/shape'
import type { ReactElement } from 'react'

import { BottomAxis, LeftAxis } from '@/components/ui/chart'
import { formatNumber } from '@/lib/format'

import type { DailyDemand } from './daily-demand'
import { SmallPlot } from './small-plot'

const dayLength = 86_400_000
const month = new Intl.DateTimeFormat('en-GB', { month: 'short', year: '2-digit', timeZone: 'UTC' })
const dayName = (time: number): string => new Date(time).toISOString().slice(0, 10)

/** Shares of the whole as percentages of a mean day. */
const percentages = (shares: readonly number[]): number[] =>
  shares.map((share) => 100 * share * shares.length)

/** The demand of each day of the window: of orders, and of sign-ups, which grow. */
export function DemandPlot({ daily }: { daily: DailyDemand }): ReactElement {
  const times = daily.orders.map((_, day) => daily.firstDay + day * dayLength)
  const orders = percentages(daily.orders)
  const signUps = percentages(daily.signUps)
  const highest = Math.max(...orders)
  const at = times[orders.indexOf(highest)] ?? daily.firstDay
  return (
    <SmallPlot
      title="Demand by day"
      note={
        <>
          Highest on {dayName(at)}, {formatNumber(Math.round(highest))} % of a mean day. Dashed: sign-ups.
        </>
      }
      xLabel="day"
      columns={['day', 'orders, % of mean', 'sign-ups, % of mean']}
      rows={times.map((time, day) => [
        dayName(time),
        Math.round(orders[day] ?? 0),
        Math.round(signUps[day] ?? 0),
      ])}
    >
      {(room) => {
        const across = scaleUtc({
          domain: [daily.firstDay, times.at(-1) ?? daily.firstDay],
          range: [0, room.width],
        })
        const down = scaleLinear({
          domain: [0, Math.max(highest, ...signUps)],
          range: [room.height, 0],
          nice: 3,
        })
        const line = (values: readonly number[], className: string, dashes?: string): ReactElement => (
          <LinePath
            data={[...values]}
            x={(_, day) => across(times[day] ?? 0)}
            y={(value) => down(value)}
            strokeWidth={1.25}
            strokeDasharray={dashes}
            className={className}
          />
        )
        return (
          <>
            <LeftAxis
              scale={down}
              room={room}
              ticks={down.ticks(3)}
              format={(value) => formatNumber(+value)}
            />
            <BottomAxis
              scale={across}
              room={room}
              ticks={across.ticks(Math.max(2, Math.floor(room.width / 90)))}
              format={(time) => month.format(new Date(+time))}
            />
            {line(signUps, 'stroke-warn', '3 3')}
            {line(orders, 'stroke-accent')}
          </>
        )
      }}
    </SmallPlot>
  )
}
