import { useState, type ReactElement, type ReactNode } from 'react'
import { Link, useParams } from 'react-router'

import { Button } from '@/components/ui/button'
import { Confirm } from '@/components/ui/dialog'
import { Failure, Loading, Notice, PageFailure } from '@/components/ui/notice'
import { Card, Facts } from '@/components/ui/page'
import { toast } from '@/components/ui/toasts'
import type { DeadLetterDetail } from '@/lib/api/types'
import { formatBytes, formatDateTime } from '@/lib/format'

import { useDeadLetter, useDecideLetter, type LetterDecision } from './api'
import { LetterBadge } from './dead-letters-page'

const decisions = {
  redrive: {
    button: 'Put back',
    title: 'Put this letter back?',
    meaning: 'The message is sent to its topic again, as it was. Put it back once the cause is mended.',
    done: 'The letter is put back.',
  },
  discard: {
    button: 'Discard',
    title: 'Discard this letter?',
    meaning:
      'It is marked as one that is not to be put back, which cannot be changed. Kafka keeps it for its time.',
    done: 'The letter is discarded.',
  },
} as const

function DecideButton({ id, decision }: { id: string; decision: LetterDecision }): ReactElement {
  const [asking, setAsking] = useState(false)
  const mutation = useDecideLetter(id)
  const { button, title, meaning, done } = decisions[decision]
  const close = (): void => {
    setAsking(false)
    mutation.reset()
  }
  const confirm = (): void =>
    mutation.mutate(decision, {
      onSuccess: () => {
        toast(done)
        close()
      },
    })
  return (
    <>
      <Button look={decision === 'discard' ? 'danger' : 'primary'} onClick={() => setAsking(true)}>
        {button}
      </Button>
      {asking && (
        <Confirm
          title={title}
          action={button}
          dismiss="Leave it as it is"
          dangerous={decision === 'discard'}
          busy={mutation.isPending}
          onConfirm={confirm}
          onClose={close}
        >
          {meaning}
          {mutation.error !== null && (
            <div className="mt-4">
              <Failure error={mutation.error} />
            </div>
          )}
        </Confirm>
      )}
    </>
  )
}

function Part({ title, children }: { title: string; children: ReactNode }): ReactElement {
  return (
    <Card>
      <h3 className="mb-4 text-base font-semibold">{title}</h3>
      {children}
    </Card>
  )
}

function Code({ label, children }: { label: string; children: string }): ReactElement {
  return (
    <pre
      role="region"
      aria-label={label}
      tabIndex={0}
      className="max-h-96 overflow-auto rounded-lg bg-sunken p-4 font-mono text-[13px] break-all whitespace-pre-wrap"
    >
      {children}
    </pre>
  )
}

function Message({ letter }: { letter: DeadLetterDetail }): ReactElement {
  return (
    <Part title="Message">
      <dl className="mb-4 grid gap-x-6 gap-y-2 text-sm sm:grid-cols-[max-content_minmax(0,1fr)]">
        {[['key', letter.key ?? '–'] as const, ...Object.entries(letter.headers)].map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="font-mono text-[13px] break-all">{value}</dd>
          </div>
        ))}
      </dl>
      {letter.first_bytes == null ? (
        <Code label="Value">{JSON.stringify(letter.json_value, null, 2)}</Code>
      ) : (
        <>
          <p className="mb-2 text-sm text-muted">The value is no JSON; its first bytes in base64:</p>
          <Code label="First bytes">{letter.first_bytes}</Code>
        </>
      )}
    </Part>
  )
}

function Letter({ letter }: { letter: DeadLetterDetail }): ReactElement {
  const origin = letter.partition == null ? '–' : `${letter.partition} / ${letter.offset ?? '–'}`
  const size = formatBytes(letter.size)
  return (
    <div className="space-y-6">
      <div className="flex flex-wrap items-center justify-between gap-4">
        <h2 className="flex flex-wrap items-center gap-3 text-lg font-semibold break-all">
          {letter.topic ?? 'From no known topic'}
          <LetterBadge state={letter.state} />
        </h2>
        {letter.state === 'open' && (
          <div className="flex flex-wrap gap-2">
            <DecideButton id={letter.id} decision="discard" />
            <DecideButton id={letter.id} decision="redrive" />
          </div>
        )}
      </div>
      <Notice tone={letter.state === 'open' ? 'warn' : 'plain'}>
        <span className="break-words">{letter.reason ?? 'No reason is given.'}</span>
      </Notice>
      <Card>
        <Facts
          items={[
            ['Failed', formatDateTime(letter.failed_at, 'seconds')],
            ['Sent', formatDateTime(letter.sent_at, 'seconds')],
            ['Partition / offset', origin],
            ['Attempts', letter.attempts ?? '–'],
            ['Size', letter.whole_size == null ? size : `${size} kept of ${formatBytes(letter.whole_size)}`],
            ...(letter.decided_at == null
              ? []
              : [
                  ['Decided', formatDateTime(letter.decided_at, 'seconds')] as const,
                  ['Decided by', letter.decided_by ?? '–'] as const,
                ]),
          ]}
        />
      </Card>
      <Message letter={letter} />
    </div>
  )
}

/** One dead letter: why it could not be handled, what was in it, and what to do with it. */
export function DeadLetterPage(): ReactElement {
  const { letterId = '' } = useParams()
  const { data: letter, error, refetch } = useDeadLetter(letterId)
  return (
    <>
      <title>Dead letter · Cartload</title>
      <Link
        to=".."
        relative="path"
        className="mb-4 inline-block text-sm text-muted underline underline-offset-4"
      >
        Dead letters
      </Link>
      {letter !== undefined ? (
        <Letter letter={letter} />
      ) : error === null ? (
        <Loading what="dead letter" />
      ) : (
        <PageFailure what="dead letter" error={error} retry={refetch} />
      )}
    </>
  )
}
