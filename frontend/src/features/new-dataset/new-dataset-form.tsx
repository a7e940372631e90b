import { lazy, Suspense, useState, type ReactElement, type SubmitEvent } from 'react'
import { Link, useNavigate } from 'react-router'

import { Button } from '@/components/ui/button'
import { Failure, Loading, Notice } from '@/components/ui/notice'
import { Card } from '@/components/ui/page'
import { Tabs } from '@/components/ui/tabs'
import { config } from '@/config'
import { useDebounced } from '@/hooks/use-debounced'
import { ApiError } from '@/lib/api/problem'
import { focusFirstInvalid } from '@/lib/forms'
import { formatBytes, formatCounted } from '@/lib/format'
import { randomUuid } from '@/lib/uuid'

import { useNewDataset, usePreview } from './api'
import { CodePanel } from './code-panel'
import { draftOf, wrongIn, type Draft } from './draft'
import { PresetCards } from './preset-cards'
import { PreviewPanel } from './preview-panel'
import { sortErrors } from './setting-errors'
import { SettingsForm } from './settings-form'
import { commandOf, curlOf, pythonOf } from './snippets'
import { presetsOf, settingsOf, type Json, type Preset, type Setting } from './spec-schema'

// Fetched when first opened: the editor is larger than the rest of the page.
const YamlEditor = lazy(() => import('./yaml-editor'))

/** The settings that everybody chooses, with their defaults. */
function usual(settings: readonly Setting[]): Preset {
  const chosen = settings.filter(({ path }) => ['name', 'customers', 'seed'].includes(path))
  return { name: 'default', spec: Object.fromEntries(chosen.map(({ path, initial }) => [path, initial])) }
}

/** The form, drawn from the JSON Schema of the spec, beside what it will make. */
export function NewDatasetForm({ schema }: { schema: Json }): ReactElement {
  const [settings] = useState(() => settingsOf(schema))
  const [presets] = useState(() => [usual(settings), ...presetsOf(schema)])
  const [preset, setPreset] = useState('default')
  const [draft, setDraft] = useState(() => draftOf(presets[0]?.spec ?? {}))
  const [key, setKey] = useState(randomUuid)
  const [tab, setTab] = useState('rows')
  const [yamlProblem, setYamlProblem] = useState<string | null>(null)
  const create = useNewDataset()
  const navigate = useNavigate()

  const wrong = wrongIn(draft)
  const readable = Object.keys(wrong).length === 0 && yamlProblem === null
  const settled = useDebounced(draft.spec, config.previewDelay)
  const preview = usePreview(readable ? settled : null)
  const [lastPreview, setLastPreview] = useState(preview.data)
  if (preview.data !== undefined && preview.data !== lastPreview) setLastPreview(preview.data)

  const change = (next: Draft): void => {
    setDraft(next)
    setKey(randomUuid())
    create.reset()
  }
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    focusFirstInvalid(event.currentTarget)
    if (readable)
      create.mutate({ spec: draft.spec, key }, { onSuccess: (job) => void navigate(`/jobs/${job.id}`) })
  }

  const error = create.error ?? preview.error
  const errors = sortErrors(wrong, error, settings)
  const failure = error instanceof ApiError && error.fields.length > 0 ? null : error
  const general =
    yamlProblem === null ? errors.general : [`The YAML cannot be read. ${yamlProblem}`, ...errors.general]
  const paused = !readable || error instanceof ApiError
  const { spec } = draft
  const token = (
    <>
      <code>TOKEN</code> is a{' '}
      <Link to="/tokens" className="underline underline-offset-4">
        personal token
      </Link>
      . The answer is the job.
    </>
  )
  const tabs = [
    {
      name: 'rows',
      title: 'First rows',
      content: (
        <PreviewPanel preview={lastPreview} busy={preview.isFetching || settled !== spec} paused={paused} />
      ),
    },
    {
      name: 'yaml',
      title: 'YAML',
      content: (
        <Suspense fallback={<Loading what="editor" />}>
          <p className="mb-3 text-sm text-muted">
            What is not named has its default. Changes here change the form, and the other way round.
          </p>
          <YamlEditor spec={spec} onSpec={(next) => change(draftOf(next))} onProblem={setYamlProblem} />
        </Suspense>
      ),
    },
    {
      name: 'curl',
      title: 'curl',
      content: <CodePanel what="curl command" text={curlOf(spec, window.location.origin)} note={token} />,
    },
    {
      name: 'command',
      title: 'cartload',
      content: (
        <CodePanel
          what="cartload command"
          text={commandOf(spec, settings)}
          note="The same rows as files, made on your machine without a server."
        />
      ),
    },
    {
      name: 'python',
      title: 'Python',
      content: (
        <CodePanel what="Python program" text={pythonOf(spec)} note="The same rows as Arrow tables." />
      ),
    },
  ]
  return (
    <>
      <PresetCards
        presets={presets}
        chosen={preset}
        onChoose={({ name, spec: chosen }) => {
          setPreset(name)
          change(draftOf(chosen))
        }}
      />
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,27rem)_minmax(0,1fr)]">
        <form onSubmit={submit} noValidate aria-label="Settings">
          <Card className="">
            {(general.length > 0 || failure !== null) && (
              <div className="space-y-3 p-5">
                {general.map((message) => (
                  <Notice key={message} tone="danger">
                    {message}
                  </Notice>
                ))}
                {failure !== null && <Failure error={failure} />}
              </div>
            )}
            <SettingsForm settings={settings} draft={draft} errors={errors} change={change} />
            <div
              data-bottom-bar
              className="sticky bottom-0 flex items-center justify-between gap-4 rounded-b-xl border-t border-line bg-surface px-5 py-3"
            >
              <p className="min-w-0 text-sm text-muted tabular-nums">
                {lastPreview !== undefined && (
                  <>
                    {formatCounted(lastPreview.total_rows, 'row')}
                    <br />
                    about {formatBytes(lastPreview.estimated_bytes)}
                  </>
                )}
              </p>
              <Button type="submit" look="primary" busy={create.isPending}>
                Make dataset
              </Button>
            </div>
          </Card>
        </form>
        <div className="min-w-0 lg:sticky lg:top-6">
          <Tabs label="What it makes" tabs={tabs} value={tab} onChange={setTab} />
        </div>
      </div>
    </>
  )
}
