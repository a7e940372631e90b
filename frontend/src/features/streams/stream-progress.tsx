import type { ReactElement } from 'react'

import { Facts } from '@/components/ui/page'
import { ProgressBar } from '@/components/ui/progress-bar'
import { useAnnounced } from '@/hooks/use-announced'
import type { Stream } from '@/lib/api/types'
import {
  formatCount,
  formatDuration,
  formatMoment,
  formatMomentLine,
  formatPercent,
  formatRate,
  shareOf,
} from '@/lib/format'

import { isCatchingUp, phaseOf, speedText } from './states'

function sentOf({ events_sent: sent, events_total: total }: Stream): string {
  return total === null
    ? `${formatCount(sent)} events`
    : `${formatCount(sent)} of ${formatCount(total)} events`
}

/** One sentence that says how far the stream is. */
export const summaryOf = (stream: Stream): string =>
  `${phaseOf(stream)}: ${sentOf(stream)}, event time ${stream.event_time === null ? 'not begun' : formatMomentLine(stream.event_time)}.`

/** The time of the last event that has arrived, as on a clock. */
function EventClock({ time }: { time: string | null }): ReactElement {
  if (time === null) return <p className="text-2xl font-semibold text-muted">No event has arrived yet</p>
  const { day, clock } = formatMoment(time)
  return (
    <time dateTime={time} className="block" data-testid="event-time">
      <span className="block text-sm text-muted">{day}</span>
      <span className="text-4xl font-semibold tracking-tight tabular-nums sm:text-5xl">{clock}</span>{' '}
      <span className="text-sm text-muted">UTC</span>
    </time>
  )
}

function heldUp(stream: Stream): string {
  const { seconds_slowed: seconds, speed } = stream
  if (speed === 'max' && seconds === 0) return 'no clock'
  return seconds === 0 ? 'never' : formatDuration(Math.max(1, seconds))
}

/** How far a stream is: event time, events and rate, kept up to date while it plays. */
export function StreamProgress({ stream }: { stream: Stream }): ReactElement {
  const { events_sent: sent, events_total: total, seconds_slowed: slowed } = stream
  const announced = useAnnounced(
    summaryOf(stream),
    [stream.state, stream.goal, stream.speed, stream.waiting_for].join(),
  )
  return (
    <div>
      <div className="mb-5 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div>
          <h2 className="mb-1 font-medium">Event time</h2>
          <EventClock time={stream.event_time} />
        </div>
        <div className="text-right">
          <p className="font-medium">{phaseOf(stream)}</p>
          {total !== null && (
            <p className="text-2xl font-semibold tabular-nums" data-testid="percent">
              {stream.state === 'ended' ? '100%' : formatPercent(shareOf(sent, total))}
            </p>
          )}
        </div>
      </div>
      <ProgressBar
        label="Events sent"
        done={stream.state === 'ended' ? 1 : sent}
        total={stream.state === 'ended' ? 1 : (total ?? Number.MAX_SAFE_INTEGER)}
      />
      <div className="mt-6">
        <Facts
          items={[
            [
              'Events',
              <span key="events">
                <span data-testid="events-sent">{formatCount(sent)}</span>{' '}
                <span className="font-normal text-muted">
                  {total === null ? 'of a number not known yet' : `of ${formatCount(total)}`}
                </span>
              </span>,
            ],
            ['Rate now', formatRate(stream.events_per_second, 'events')],
            ['Speed', speedText(stream.speed)],
            ['Clock held up', heldUp(stream)],
          ]}
        />
      </div>
      {isCatchingUp(stream) && (
        <p className="mt-4 text-sm text-muted">
          What happened until {formatMomentLine(stream.live_from)} is sent at once. Then the clock runs.
        </p>
      )}
      {slowed > 0 && (
        <p className="mt-4 text-sm text-muted">
          The clock has been held up by {formatDuration(Math.max(1, slowed))} in all, because Kafka or the
          rate limit could not follow. No event is left out.
        </p>
      )}
      <p role="status" className="sr-only">
        {announced}
      </p>
    </div>
  )
}
