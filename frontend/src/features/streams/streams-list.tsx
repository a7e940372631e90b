import type { ReactElement } from 'react'
import { Link } from 'react-router'

import { ProgressBar } from '@/components/ui/progress-bar'
import { Cell, Row, Table, TableHead } from '@/components/ui/table'
import { useDatasetNames } from '@/features/datasets/api'
import { useMedia } from '@/hooks/use-media'
import type { Stream } from '@/lib/api/types'
import { formatCount, formatDateTime, formatMomentLine, formatRate } from '@/lib/format'

import { speedText, isOver } from './states'
import { StreamBadge } from './stream-badge'

function StreamLink({ stream, name }: Shown): ReactElement {
  return (
    <Link
      to={`/streams/${stream.id}`}
      className="font-medium break-words underline decoration-line-strong underline-offset-4"
    >
      {name ?? stream.dataset_id.slice(0, 8)}
    </Link>
  )
}

function Sent({ stream }: { stream: Stream }): ReactElement {
  const { events_sent: sent, events_total: total } = stream
  return (
    <>
      <p className="tabular-nums">
        {formatCount(sent)}
        {total !== null && <span className="text-muted"> of {formatCount(total)}</span>}
      </p>
      {!isOver(stream) && total !== null && (
        <div className="mt-1.5">
          <ProgressBar thin label="Events sent" done={sent} total={total} />
        </div>
      )}
    </>
  )
}

interface Shown {
  stream: Stream
  name: string | undefined
}

function StreamRow({ stream, name }: Shown): ReactElement {
  return (
    <Row>
      <Cell>
        <StreamLink stream={stream} name={name} />
        <span className="block text-xs text-muted">{speedText(stream.speed)}</span>
      </Cell>
      <Cell>
        <StreamBadge stream={stream} />
      </Cell>
      <Cell className="whitespace-nowrap tabular-nums">{formatMomentLine(stream.event_time)}</Cell>
      <Cell className="min-w-44">
        <Sent stream={stream} />
      </Cell>
      <Cell className="whitespace-nowrap tabular-nums">{formatRate(stream.events_per_second, 'events')}</Cell>
      <Cell className="whitespace-nowrap text-muted tabular-nums">{formatDateTime(stream.created_at)}</Cell>
    </Row>
  )
}

function StreamCard({ stream, name }: Shown): ReactElement {
  const facts = [
    ['Event time', formatMomentLine(stream.event_time)],
    ['Rate', formatRate(stream.events_per_second, 'events')],
    ['Asked for', formatDateTime(stream.created_at)],
  ]
  return (
    <li className="rounded-xl border border-line bg-surface p-4">
      <div className="flex items-start justify-between gap-3">
        <p className="min-w-0">
          <StreamLink stream={stream} name={name} />
          <span className="block text-xs text-muted">{speedText(stream.speed)}</span>
        </p>
        <StreamBadge stream={stream} />
      </div>
      <div className="mt-3 text-sm">
        <Sent stream={stream} />
      </div>
      <dl className="mt-3 space-y-1 text-sm">
        {facts.map(([term, value]) => (
          <div key={term} className="flex justify-between gap-4">
            <dt className="text-muted">{term}</dt>
            <dd className="text-right tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
    </li>
  )
}

/** Streams, each a link to its page: a table, or cards where there is no room for one. */
export function StreamsList({ streams }: { streams: readonly Stream[] }): ReactElement {
  const names = useDatasetNames()
  const roomy = useMedia('(min-width: 640px)')
  if (!roomy)
    return (
      <ul aria-label="Streams" className="space-y-3">
        {streams.map((stream) => (
          <StreamCard key={stream.id} stream={stream} name={names.get(stream.dataset_id)} />
        ))}
      </ul>
    )
  return (
    <Table label="Streams">
      <TableHead columns={['Stream', 'State', 'Event time', 'Events', 'Rate', 'Asked for']} />
      <tbody>
        {streams.map((stream) => (
          <StreamRow key={stream.id} stream={stream} name={names.get(stream.dataset_id)} />
        ))}
      </tbody>
    </Table>
  )
}
