import type { ReactElement } from 'react'

import { formatClock, formatDateTime, formatZoned } from '@/lib/format'

/** A time in the reader's zone, which is named when one points at it; a dash for none. */
export function Time({
  at,
  precision = 'minutes',
}: {
  at: string | null
  /** `clock` leaves the day out. */
  precision?: 'minutes' | 'seconds' | 'clock'
}): ReactElement {
  if (at === null) return <>–</>
  return (
    <time dateTime={at} title={formatZoned(at)}>
      {precision === 'clock' ? formatClock(at) : formatDateTime(at, precision)}
    </time>
  )
}
