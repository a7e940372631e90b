import { useState, type ReactElement, type SubmitEvent } from 'react'
import { useNavigate } from 'react-router'

import { Button } from '@/components/ui/button'
import { Failure, Notice } from '@/components/ui/notice'
import { Card } from '@/components/ui/page'
import { config } from '@/config'
import { useDebounced } from '@/hooks/use-debounced'
import { useRefusalFocus } from '@/hooks/use-refusal-focus'
import { ApiError } from '@/lib/api/problem'
import { focusFirstInvalid } from '@/lib/forms'
import { formatBytes, formatCounted } from '@/lib/format'
import { choices, type Choice } from '@/lib/targets'
import { randomUuid } from '@/lib/uuid'

import { useNewDataset, usePace, usePreview } from './api'
import { draftOf, wrongIn, type Draft } from './draft'
import { PresetCards } from './preset-cards'
import { PreviewPanel } from './preview-panel'
import { previewStatusOf, refusesSettings } from './preview-status'
import { sortErrors } from './setting-errors'
import { SettingsForm } from './settings-form'
import { SpecTabs } from './spec-tabs'
import { TargetChoice } from './target-choice'
import { presetsOf, settingsOf, type Json, type Preset, type Setting } from './spec-schema'

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
  const [choice, setChoice] = useState<Choice>(choices[0])
  const [key, setKey] = useState(randomUuid)
  const [yamlProblem, setYamlProblem] = useState<string | null>(null)
  const create = useNewDataset()
  const form = useRefusalFocus(create.error)
  const navigate = useNavigate()

  const wrong = wrongIn(draft)
  const readable = Object.keys(wrong).length === 0 && yamlProblem === null
  const settled = useDebounced(draft.spec, config.previewDelay)
  const preview = usePreview(readable ? settled : null)
  const pace = usePace()
  const [lastPreview, setLastPreview] = useState(preview.data)
  if (preview.data !== undefined && preview.data !== lastPreview) setLastPreview(preview.data)

  /** What is asked for now is another wish than the one before. */
  const renew = (): void => {
    setKey(randomUuid())
    create.reset()
  }
  const change = (next: Draft): void => {
    setDraft(next)
    renew()
  }
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    focusFirstInvalid(event.currentTarget)
    if (readable)
      create.mutate(
        { spec: draft.spec, choice, key },
        { onSuccess: (job) => void navigate(`/jobs/${job.id}`) },
      )
  }

  // A preview that the service cannot make for now says nothing about the settings: its panel tells of it.
  const error = create.error ?? (refusesSettings(preview.error) ? preview.error : null)
  const errors = sortErrors(wrong, error, settings)
  const failure = error instanceof ApiError && error.fields.length > 0 ? null : error
  const general =
    yamlProblem === null ? errors.general : [`The YAML cannot be read. ${yamlProblem}`, ...errors.general]
  const { spec } = draft
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
        <form ref={form} onSubmit={submit} noValidate aria-label="Settings">
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
            <TargetChoice
              chosen={choice}
              onChoose={(next) => {
                setChoice(next)
                renew()
              }}
            />
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
          <SpecTabs
            draft={draft}
            choice={choice}
            settings={settings}
            preview={lastPreview}
            rows={
              <PreviewPanel
                preview={lastPreview}
                pace={pace}
                status={previewStatusOf({
                  readable,
                  updating: preview.isFetching || settled !== spec,
                  error: preview.error,
                })}
                retry={preview.refetch}
              />
            }
            onSpec={(next) => change(draftOf(next))}
            onYamlProblem={setYamlProblem}
          />
        </div>
      </div>
    </>
  )
}
