import type { ReactElement } from 'react'
import { Link } from 'react-router'

import { Badge, type Tone } from '@/components/ui/badge'
import { MoreButton } from '@/components/ui/more-button'
import { Empty, Failure, Loading } from '@/components/ui/notice'
import { StateFilter, useStateFilter } from '@/components/ui/state-filter'
import { Cell, Row, Table, TableHead } from '@/components/ui/table'
import { allItems } from '@/lib/api/pages'
import type { DeadLetter } from '@/lib/api/types'
import { formatDateTime } from '@/lib/format'

import { useDeadLetters, type LetterState } from './api'

const tones: Record<LetterState, Tone> = { open: 'warn', redriven: 'good', discarded: 'plain' }
const states = Object.keys(tones) as LetterState[]

export function LetterBadge({ state }: { state: LetterState }): ReactElement {
  return <Badge tone={tones[state]}>{state}</Badge>
}

function LetterRow({ letter }: { letter: DeadLetter }): ReactElement {
  return (
    <Row>
      <Cell className="whitespace-nowrap">
        <Link
          to={letter.id}
          className="font-medium underline decoration-line-strong underline-offset-4"
          aria-label={`Letter ${letter.id} of ${formatDateTime(letter.failed_at, 'seconds')}`}
        >
          {formatDateTime(letter.failed_at, 'seconds')}
        </Link>
      </Cell>
      <Cell>
        <LetterBadge state={letter.state} />
      </Cell>
      <Cell className="font-mono text-[13px] whitespace-nowrap">{letter.topic ?? '–'}</Cell>
      <Cell className="min-w-64">
        <span className="line-clamp-2 break-words" title={letter.reason ?? undefined}>
          {letter.reason ?? 'No reason is given.'}
        </span>
      </Cell>
    </Row>
  )
}

function Letters({ state }: { state: LetterState | undefined }): ReactElement {
  const query = useDeadLetters(state)
  if (query.isPending) return <Loading what="dead letters" />
  if (query.isError) return <Failure error={query.error} retry={query.refetch} />
  const letters = allItems(query.data)
  if (letters.length === 0 && !query.hasNextPage)
    return (
      <Empty title={state === undefined ? 'No dead letters' : `No ${state} dead letters`}>
        A message on Kafka that could not be handled comes here, with the reason.
      </Empty>
    )
  return (
    <>
      <Table label="Dead letters">
        <TableHead columns={['Failed', 'State', 'Topic', 'Reason']} />
        <tbody className="tabular-nums">
          {letters.map((letter) => (
            <LetterRow key={letter.id} letter={letter} />
          ))}
        </tbody>
      </Table>
      <MoreButton query={query} />
    </>
  )
}

/** Messages that could not be handled, newest first. */
export function DeadLettersPage(): ReactElement {
  const state = useStateFilter(states)
  return (
    <>
      <title>Dead letters · Cartload</title>
      <div className="mb-5 flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-prose text-sm text-muted">
          Messages on Kafka that could not be handled. Kafka keeps them for 14 days.
        </p>
        <StateFilter states={states} />
      </div>
      <Letters state={state} />
    </>
  )
}
