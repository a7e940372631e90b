import { useState, type ReactElement, type SubmitEvent } from 'react'
import { Link, useNavigate } from 'react-router'

import { Button } from '@/components/ui/button'
import { CodePanel } from '@/components/ui/code-panel'
import { TextField } from '@/components/ui/field'
import { Failure, Notice } from '@/components/ui/notice'
import { Card } from '@/components/ui/page'
import { Tabs } from '@/components/ui/tabs'
import { useRefusalFocus } from '@/hooks/use-refusal-focus'
import { ApiError, fieldMessage } from '@/lib/api/problem'
import type { Dataset, StreamRequest } from '@/lib/api/types'
import { focusFirstInvalid } from '@/lib/forms'
import { formatMomentLine } from '@/lib/format'

import type { useNewStream } from './api'
import {
  curlOf,
  fields,
  firstDraft,
  idIn,
  pythonOf,
  requestOf,
  windowOf,
  wrongIn,
  type Draft,
  type Field,
  type Wrong,
} from './request'
import { SpeedField } from './speed-field'
import { TopicsField } from './topics-field'

/** Why no stream was started, where that belongs to no field; what stands in the way is a link. */
function Refusal({ error }: { error: Error }): ReactElement | null {
  const problems = error instanceof ApiError ? error.fields : []
  const isAtFields = problems.every(({ field }) => fields.some((name) => name === field))
  if (problems.length > 0 && isAtFields) return null
  const more = error instanceof ApiError && error.status === 409 ? error.more : {}
  const [stream, job] = [idIn(more, 'stream_id'), idIn(more, 'job_id')]
  if (stream === null && job === null) return <Failure error={error} />
  return (
    <Notice tone="danger">
      {error.message}{' '}
      <Link
        to={stream === null ? `/jobs/${job ?? ''}` : `/streams/${stream}`}
        className="font-medium underline underline-offset-4"
      >
        {stream === null ? 'Open the job' : 'Open that stream'}
      </Link>
    </Notice>
  )
}

const tokenNote = (
  <>
    The same wish. <code>TOKEN</code> is a{' '}
    <Link to="/tokens" className="underline underline-offset-4">
      personal token
    </Link>
    . The answer is the stream.
  </>
)

/** The same request in other languages, to copy. */
function Code({ request }: { request: StreamRequest }): ReactElement {
  const [tab, setTab] = useState('curl')
  const { origin } = window.location
  const tabs = [
    {
      name: 'curl',
      title: 'curl',
      content: <CodePanel what="curl command" text={curlOf(request, origin)} note={tokenNote} />,
    },
    {
      name: 'python',
      title: 'Python',
      content: <CodePanel what="Python program" text={pythonOf(request, origin)} note={tokenNote} />,
    },
  ]
  return <Tabs label="The same as code" tabs={tabs} value={tab} onChange={setTab} />
}

/** Starts a stream of a dataset, by a request that outlives the form. */
export function NewStreamForm({
  dataset,
  create,
}: {
  dataset: Dataset
  create: ReturnType<typeof useNewStream>
}): ReactElement {
  const [draft, setDraft] = useState<Draft>(firstDraft)
  const [found, setFound] = useState<Wrong>({})
  const form = useRefusalFocus(create.error)
  const navigate = useNavigate()
  const shownWindow = windowOf(dataset)
  const bounds = { min: shownWindow?.start, max: shownWindow?.end }
  const clockRuns = draft.speed.preset !== 'max'

  const change = (changes: Partial<Draft>): void => {
    setDraft({ ...draft, ...changes })
    setFound({})
    create.reset()
  }
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const wrong = wrongIn(draft, shownWindow)
    setFound(wrong)
    if (Object.keys(wrong).length > 0) focusFirstInvalid(event.currentTarget)
    else
      create.mutate(requestOf(draft, dataset.id), {
        onSuccess: ({ id }) => void navigate(`/streams/${id}`),
      })
  }
  const errorAt = (field: Field): string | undefined => found[field] ?? fieldMessage(create.error, field)
  const time = { type: 'datetime-local', step: 1, ...bounds } as const
  return (
    <>
      <form ref={form} onSubmit={submit} noValidate aria-label="New stream">
        <Card className="">
          <div className="grid gap-x-10 gap-y-8 p-5 sm:p-6 lg:grid-cols-2">
            <TopicsField
              draft={draft}
              allTables={Object.keys(dataset.tables)}
              error={errorAt('topics')}
              onChange={change}
            />
            <div className="min-w-0 space-y-5">
              <SpeedField
                choice={draft.speed}
                error={errorAt('speed')}
                onChange={(speed) => change({ speed })}
              />
              <TextField
                label="Live from (UTC)"
                hint={
                  clockRuns
                    ? 'What happened until then is sent at once, then the clock runs. By default it runs from the beginning.'
                    : 'Only with a speed: as fast as it goes, there is no clock.'
                }
                {...time}
                disabled={!clockRuns}
                value={clockRuns ? draft.liveFrom : ''}
                error={errorAt('live_from')}
                onChange={({ target }) => change({ liveFrom: target.value })}
              />
              <div className="grid gap-5 sm:grid-cols-2">
                <TextField
                  label="From (UTC)"
                  {...time}
                  value={draft.from}
                  error={errorAt('from')}
                  onChange={({ target }) => change({ from: target.value })}
                />
                <TextField
                  label="Until (UTC)"
                  {...time}
                  value={draft.until}
                  error={errorAt('until')}
                  onChange={({ target }) => change({ until: target.value })}
                />
              </div>
              <p className="text-sm text-muted">
                Without them, all of the dataset’s time is played
                {shownWindow !== null &&
                  `: ${formatMomentLine(`${shownWindow.start}Z`)} to ${formatMomentLine(`${shownWindow.end}Z`)}`}
                .
              </p>
              <TextField
                label="Events a second at most"
                hint="Nothing: no limit. Where it holds up the clock, the stream says by how much."
                inputMode="decimal"
                autoComplete="off"
                value={draft.rateLimit}
                error={errorAt('rate_limit')}
                onChange={({ target }) => change({ rateLimit: target.value })}
              />
              <label className="flex items-start gap-2.5 text-sm">
                <input
                  type="checkbox"
                  className="mt-0.5 size-4 shrink-0 accent-accent"
                  checked={draft.ownTopics}
                  onChange={({ target }) => change({ ownTopics: target.checked })}
                />
                <span>
                  Topics of its own
                  <span className="block text-muted">
                    Their names hold a part of the stream’s id. Otherwise it shares its topics with all other
                    streams.
                  </span>
                </span>
              </label>
            </div>
          </div>
          {create.error !== null && (
            <div className="px-5 pb-5 sm:px-6">
              <Refusal error={create.error} />
            </div>
          )}
          <div className="flex flex-wrap items-center justify-between gap-4 border-t border-line px-5 py-4 sm:px-6">
            <p className="max-w-prose text-sm text-muted">
              Events stay in Kafka: neither stopping nor deleting the stream takes them out again.
            </p>
            <Button type="submit" look="primary" busy={create.isPending}>
              Start the stream
            </Button>
          </div>
        </Card>
      </form>
      <Card className="mt-6 p-5 sm:p-6">
        <h2 className="mb-3 font-semibold">As code</h2>
        <Code request={requestOf(draft, dataset.id)} />
      </Card>
    </>
  )
}
