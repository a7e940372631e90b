import type { ReactElement } from 'react'
import { Link, useParams } from 'react-router'

import { ButtonLink } from '@/components/ui/button'
import { EventHistory } from '@/components/ui/event-history'
import { Failure, Loading, PageFailure } from '@/components/ui/notice'
import { Card, PageHeader } from '@/components/ui/page'
import { Time } from '@/components/ui/time'
import { useDataset } from '@/features/datasets/api'
import { LiveNote } from '@/features/jobs/live-note'
import { allItems } from '@/lib/api/pages'
import { ApiError } from '@/lib/api/problem'
import type { Stream } from '@/lib/api/types'
import { formatMoment, formatMomentLine, formatRate } from '@/lib/format'
import { useRates, type RatePoint } from '@/lib/live/stream-rates'

import { useStream, useStreamEvents } from './api'
import { Expected } from './expected'
import { entriesOf } from './history'
import { RateChart } from './rate-chart'
import { Situation } from './situation'
import { isOver, onTheWay, phaseOf } from './states'
import { StreamActions } from './stream-actions'
import { StreamBadge } from './stream-badge'
import { StreamCode } from './stream-code'
import { StreamControl } from './stream-control'
import { StreamProgress } from './stream-progress'
import { StreamTopics } from './stream-topics'

const columns = 'grid gap-6 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]'

const nothingSeen: readonly RatePoint[] = []

/** Says where the stream is in the window's title too, for tabs in the background. */
function windowTitle(stream: Stream, name: string | undefined): string {
  const place =
    isOver(stream) || stream.event_time === null ? phaseOf(stream) : formatMoment(stream.event_time).clock
  return [place, name].filter(Boolean).join(' · ')
}

function Header({ stream }: { stream: Stream }): ReactElement {
  const dataset = useDataset(stream.dataset_id)
  return (
    <PageHeader
      title={dataset.data?.name ?? 'Stream'}
      windowTitle={windowTitle(stream, dataset.data?.name)}
      above={
        <Link to="/streams" className="underline underline-offset-4">
          Streams
        </Link>
      }
      below={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <StreamBadge stream={stream} />
          {onTheWay(stream)}
          {!isOver(stream) && <LiveNote />}
        </span>
      }
      actions={
        <>
          <StreamActions stream={stream} />
          <ButtonLink to={`/datasets/${stream.dataset_id}`}>Open dataset</ButtonLink>
        </>
      }
    />
  )
}

function Details({ stream }: { stream: Stream }): ReactElement {
  const facts: [string, ReactElement | string][] = [
    ['From', stream.from === null ? 'the beginning' : formatMomentLine(stream.from)],
    ['Until', stream.until === null ? 'the end' : formatMomentLine(stream.until)],
    ['Live from', stream.live_from === null ? 'the beginning' : formatMomentLine(stream.live_from)],
    ['At most', stream.rate_limit === null ? 'no limit' : formatRate(stream.rate_limit, 'events')],
    ['Asked for', <Time key="asked" at={stream.created_at} precision="seconds" />],
    ['Started', <Time key="started" at={stream.started_at} precision="seconds" />],
    ['Ended', <Time key="ended" at={stream.finished_at} precision="seconds" />],
  ]
  return (
    <dl className="space-y-2 text-sm">
      {facts
        .filter(([name]) => name !== 'Live from' || stream.speed !== 'max')
        .map(([name, value]) => (
          <div key={name} className="flex justify-between gap-4">
            <dt className="text-muted">{name}</dt>
            <dd className="text-right tabular-nums">{value}</dd>
          </div>
        ))}
      <div>
        <dt className="text-muted">
          Header <code>streamid</code> of its records
        </dt>
        <dd className="font-mono text-xs break-all">{stream.stream_id}</dd>
      </div>
    </dl>
  )
}

function History({ stream }: { stream: Stream }): ReactElement {
  const query = useStreamEvents(stream)
  if (query.isPending) return <Loading what="history" />
  if (query.isError) return <Failure error={query.error} retry={query.refetch} />
  return <EventHistory entries={entriesOf(allItems(query.data))} />
}

function StreamView({ stream }: { stream: Stream }): ReactElement {
  const points = useRates((held) => held.streams[stream.id]?.points ?? nothingSeen)
  const isControlled = stream.state !== 'ended' && stream.state !== 'stopped'
  return (
    <>
      <Header stream={stream} />
      <div className="space-y-6">
        <Situation stream={stream} />
        <div className={isControlled ? columns : undefined}>
          <Card>
            <StreamProgress stream={stream} />
          </Card>
          {isControlled && (
            <Card>
              <h2 className="mb-4 font-semibold">Control</h2>
              <StreamControl key={stream.speed} stream={stream} />
            </Card>
          )}
        </div>
        <div className={`${columns} items-start`}>
          <div className="min-w-0 space-y-6">
            <Card>
              <h2 className="mb-3 font-semibold">Events a second</h2>
              <RateChart stream={stream} points={points} />
            </Card>
            <Card>
              <h2 className="mb-3 font-semibold">What it adds up to</h2>
              <Expected stream={stream} />
            </Card>
            <Card>
              <h2 className="mb-3 font-semibold">Read it</h2>
              <StreamCode topics={stream.topics} />
            </Card>
          </div>
          <div className="min-w-0 space-y-6">
            <Card>
              <h2 className="mb-4 font-semibold">Topics in Kafka</h2>
              <StreamTopics topics={stream.topics} />
            </Card>
            <Card>
              <h2 className="mb-4 font-semibold">History</h2>
              <History stream={stream} />
            </Card>
            <Card>
              <h2 className="mb-4 font-semibold">Times</h2>
              <Details stream={stream} />
            </Card>
          </div>
        </div>
      </div>
    </>
  )
}

/** It was deleted, here or elsewhere: what is still held of it is not shown. */
const isGone = (error: Error | null): boolean => error instanceof ApiError && error.status === 404

/** One stream: where it is, what can be done, what it adds up to, and how to read it. */
export function StreamPage(): ReactElement {
  const { streamId = '' } = useParams()
  const { data: stream, error, refetch } = useStream(streamId)
  if (stream !== undefined && !isGone(error)) return <StreamView key={stream.id} stream={stream} />
  return error === null ? (
    <Loading what="stream" />
  ) : (
    <PageFailure what="stream" error={error} retry={refetch} />
  )
}
