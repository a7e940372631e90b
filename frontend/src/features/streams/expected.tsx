import type { ReactElement } from 'react'

import { CodePanel } from '@/components/ui/code-panel'
import { CopyButton } from '@/components/ui/copy-button'
import { Failure, Loading } from '@/components/ui/notice'
import { Spinner } from '@/components/ui/button'
import { Cell, Row, Table, TableHead } from '@/components/ui/table'
import type { Stream, StreamExpected } from '@/lib/api/types'
import { formatCount, formatMomentLine } from '@/lib/format'

import { comesIn, useExpected } from './api'
import { foldOf } from './consumers'
import { standsStill } from './states'
import { rowsPrefix } from './topics'

function Tables({ tables }: { tables: StreamExpected['tables'] }): ReactElement {
  return (
    <Table label="Rows expected">
      <TableHead columns={['Table', { title: 'Rows', figures: true }, 'Row hash']} />
      <tbody className="tabular-nums">
        {Object.entries(tables).map(([name, { rows, row_hash: hash }]) => (
          <Row key={name}>
            <Cell className="font-mono">{name}</Cell>
            <Cell className="text-right">{formatCount(rows)}</Cell>
            <Cell className="font-mono text-muted" title={hash}>
              {hash.slice(0, 12)}…
            </Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  )
}

function Events({ events }: { events: StreamExpected['events'] }): ReactElement {
  const rows = Object.entries(events).flatMap(([topic, types]) =>
    Object.entries(types).map(([type, count]) => ({ topic, type, count })),
  )
  return (
    <Table label="Events expected">
      <TableHead columns={['Topic', 'Type', { title: 'Events', figures: true }]} />
      <tbody className="tabular-nums">
        {rows.map(({ topic, type, count }) => (
          <Row key={`${topic} ${type}`}>
            <Cell className="font-mono">{topic}</Cell>
            <Cell className="font-mono">{type}</Cell>
            <Cell className="text-right">{formatCount(count)}</Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  )
}

/** How the rows in Kafka are compared, or why they cannot be. */
function Comparison({ stream, expected }: { stream: Stream; expected: StreamExpected }): ReactElement {
  const command = foldOf(stream, expected.as_of, Object.keys(expected.tables).length)
  if (command === null)
    return (
      <p className="text-sm text-muted">
        This stream plays no changes of rows. With topics <code>{rowsPrefix}*</code> the rows in Kafka can be
        compared by a command, too.
      </p>
    )
  return (
    <CodePanel
      what="command that compares"
      text={command}
      note={
        <>
          Adds up the rows in Kafka, and compares them with the dataset’s. <code>spec.yaml</code> is its spec,
          from the tab “Spec” of its page.
          {stream.from !== null &&
            ' This stream begins in the middle: another one has to have played what came before.'}
        </>
      }
    />
  )
}

function Answer({ stream, expected }: { stream: Stream; expected: StreamExpected }): ReactElement {
  return (
    <div className="space-y-5">
      <div className="flex flex-wrap items-center justify-between gap-3 text-sm">
        <p>
          As of <span className="font-medium tabular-nums">{formatMomentLine(expected.as_of)}</span>
        </p>
        <CopyButton text={JSON.stringify(expected, null, 2)} what="all of it as JSON" />
      </div>
      <Tables tables={expected.tables} />
      <Events events={expected.events} />
      <Comparison stream={stream} expected={expected} />
    </div>
  )
}

function Fetched({ stream }: { stream: Stream }): ReactElement {
  const query = useExpected(stream)
  if (query.data !== undefined) return <Answer stream={stream} expected={query.data} />
  if (query.isPending) return <Loading what="what is expected" />
  if (comesIn(query.error) === null) return <Failure error={query.error} retry={query.refetch} />
  return (
    <p role="status" className="flex items-center gap-3 text-sm text-muted">
      <Spinner />
      It is being worked out…
    </p>
  )
}

function Content({ stream }: { stream: Stream }): ReactElement {
  if (!standsStill(stream))
    return (
      <p className="text-sm text-muted">
        {stream.state === 'failed'
          ? 'It is known where a stream stands still: resume it, then pause it or wait for its end.'
          : 'It is known where a stream stands still: pause it, or wait for its end.'}
      </p>
    )
  if (stream.event_time === null)
    return <p className="text-sm text-muted">No event has arrived, so there is nothing to add up.</p>
  return <Fetched stream={stream} />
}

/** What a stream adds up to where it stands. */
export function Expected({ stream }: { stream: Stream }): ReactElement {
  return (
    <>
      <p className="mb-5 max-w-prose text-sm text-muted">
        The right answer for whoever reads the stream: what a program has counted and kept by this moment must
        be equal to this.
      </p>
      <Content stream={stream} />
    </>
  )
}
