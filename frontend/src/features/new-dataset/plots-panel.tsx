import { useMemo, type ReactElement } from 'react'

import type { Preview } from '@/lib/api/types'
import { formatCounted, formatNumber } from '@/lib/format'

import { DemandPlot } from './demand-plot'
import type { Draft } from './draft'
import { buyersIn, customersByOrders, medianRange, ordersByValue, startsOf, type Counted } from './profile'
import { seasonPlots } from './season-plots'
import { Bars, SmallPlot } from './small-plot'
import { placeOf } from './spec-layout'
import type { Setting } from './spec-schema'

function CountPlot({
  title,
  note,
  xLabel,
  counted,
  names,
  columns,
}: {
  title: string
  note: string
  xLabel: string
  counted: Counted
  names: readonly string[]
  columns: readonly [string, string]
}): ReactElement {
  const rows = counted.labels.map((label, place) => [label, counted.counts[place]])
  return (
    <SmallPlot title={title} note={note} xLabel={xLabel} columns={columns} rows={rows}>
      {(room) => <Bars names={names} values={counted.counts} room={room} />}
    </SmallPlot>
  )
}

/** What the rows of the first customers say: how often they order, and for how much. */
function CustomerPlots({ profile }: { profile: Preview['profile'] }): ReactElement {
  const customers = customersByOrders(profile)
  const orders = ordersByValue(profile)
  const median = medianRange(orders)
  return (
    <>
      <CountPlot
        title="Orders per customer"
        note={`${buyersIn(profile)}.`}
        xLabel="orders"
        counted={customers}
        names={customers.labels}
        columns={['orders', 'customers']}
      />
      {median !== null && (
        <CountPlot
          title="Order value"
          note={`${formatCounted(orders.total, 'order')}; the median is in ${median}.`}
          xLabel={`total from, ${profile.currency}`}
          counted={orders}
          names={startsOf(profile)}
          columns={['total', 'orders']}
        />
      )}
    </>
  )
}

/** How demand goes by one clock, the mean being 100. */
function ClockPlot({
  unit,
  path,
  values,
  short,
}: {
  unit: string
  path: string
  values: readonly (number | null)[]
  short: (name: string, place: number) => string
}): ReactElement {
  const names = values.map((_, place) => placeOf(path, place))
  const highest = Math.max(...values.map((value) => value ?? 0))
  const best = names[values.indexOf(highest)] ?? ''
  return (
    <SmallPlot
      title={`Demand by ${unit}`}
      note={`Highest: ${best}, ${formatNumber(Math.round(highest))} % of the mean.`}
      xLabel={`${unit} by the customer’s clock, % of the mean`}
      columns={[unit, '% of mean']}
      rows={names.map((name, place) => {
        const value = values[place] ?? null
        return [name, value === null ? null : Math.round(value)]
      })}
    >
      {(room) => <Bars names={names.map(short)} values={values} room={room} />}
    </SmallPlot>
  )
}

/** As wide as both columns, where there are two. */
const wholeWidth = 'min-w-0 sm:col-span-2 lg:col-span-1 xl:col-span-2'

/** Plots of what the settings mean: of real rows of the first customers, and of demand by the engine's formulas. */
export default function PlotsPanel({
  preview,
  draft,
  settings,
}: {
  preview: Preview | undefined
  draft: Draft
  settings: readonly Setting[]
}): ReactElement {
  const season = useMemo(() => seasonPlots(draft, settings), [draft, settings])
  const customers = preview?.profile.orders_per_customer.reduce((sum, count) => sum + count, 0)
  return (
    <div className="space-y-4">
      <p className="text-sm text-muted">
        {customers === undefined
          ? 'The plots of orders come with the first rows.'
          : `Orders: all of the first ${formatCounted(customers, 'customer')}, counted.`}{' '}
        Demand: what the settings ask for, with events.
      </p>
      <div className="grid grid-cols-1 gap-4 sm:grid-cols-2 lg:grid-cols-1 xl:grid-cols-2">
        {preview !== undefined && <CustomerPlots profile={preview.profile} />}
        {season !== null && (
          <>
            <div className={wholeWidth}>
              <DemandPlot daily={season.daily} />
            </div>
            <ClockPlot
              unit="month"
              path="season.year"
              values={season.byMonth}
              short={(name) => name.slice(0, 1)}
            />
            <ClockPlot
              unit="weekday"
              path="season.week"
              values={season.byWeekday}
              short={(name) => name.slice(0, 2)}
            />
            <div className={wholeWidth}>
              <ClockPlot
                unit="hour"
                path="season.day"
                values={season.byHour}
                short={(_, hour) => (hour % 3 === 0 ? String(hour) : '')}
              />
            </div>
          </>
        )}
      </div>
    </div>
  )
}
