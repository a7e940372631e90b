import { useState, type ReactElement, type SubmitEvent } from 'react'
import { useNavigate } from 'react-router'

import { Button } from '@/components/ui/button'
import { SelectField, TextArea } from '@/components/ui/field'
import { Failure } from '@/components/ui/notice'
import { Card } from '@/components/ui/page'
import { ApiError } from '@/lib/api/problem'
import { focusFirstInvalid } from '@/lib/forms'
import { formatName } from '@/lib/format'
import { randomUuid } from '@/lib/uuid'

import { useNewDataset, usePreview } from './api'
import { collectValidationErrors } from './validation-errors'
import { PreviewPanel } from './preview-panel'
import { SpecInput } from './spec-input'
import { draftFrom, readDraft, type Draft } from './spec-form'
import { fieldsOf, partsOf, presetsOf } from './spec-schema'

/** The form, drawn from the JSON Schema of the spec. */
export function NewDatasetForm({ schema }: { schema: Record<string, unknown> }): ReactElement {
  const fields = fieldsOf(schema)
  const parts = partsOf(schema)
  const presets = presetsOf(schema)
  const [preset, setPreset] = useState('')
  const [draft, setDraft] = useState(() => draftFrom(fields, undefined))
  const [wrong, setWrong] = useState<Readonly<Record<string, string>>>({})
  const [key, setKey] = useState(randomUuid)
  const preview = usePreview()
  const create = useNewDataset()
  const navigate = useNavigate()

  const change = (next: Draft): void => {
    setDraft(next)
    setKey(randomUuid())
  }
  const choosePreset = (name: string): void => {
    setPreset(name)
    setWrong({})
    change(
      draftFrom(
        fields,
        presets.find((one) => one.name === name),
      ),
    )
  }
  const withSpec = (go: (spec: Record<string, unknown>) => void): void => {
    const reading = readDraft(fields, draft)
    setWrong(reading.wrong ?? {})
    create.reset()
    preview.reset()
    if (reading.spec !== null) go(reading.spec)
  }
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    focusFirstInvalid(event.currentTarget)
    withSpec((spec) => create.mutate({ spec, key }, { onSuccess: (job) => void navigate(`/jobs/${job.id}`) }))
  }

  const error = create.error ?? preview.error
  const errors = collectValidationErrors(wrong, error, fields)
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,26rem)_minmax(0,1fr)]">
      <Card>
        <form onSubmit={submit} noValidate className="space-y-5">
          {error !== null &&
            (!(error instanceof ApiError) || errors.general.length > 0 || error.fields.length === 0) && (
              <Failure error={error} />
            )}
          {errors.general.length > 0 && (
            <ul className="list-disc space-y-1 pl-5 text-sm text-danger">
              {errors.general.map((message) => (
                <li key={message}>{message}</li>
              ))}
            </ul>
          )}
          {presets.length > 0 && (
            <SelectField
              label="Preset"
              value={preset}
              onChange={(event) => choosePreset(event.target.value)}
              hint={
                presets.find((one) => one.name === preset)?.description ??
                'A starting point; change what you like.'
              }
            >
              <option value="">None</option>
              {presets.map(({ name }) => (
                <option key={name} value={name}>
                  {formatName(name.replaceAll('-', ' '))}
                </option>
              ))}
            </SelectField>
          )}
          {fields.map((field) => (
            <SpecInput
              key={field.name}
              field={field}
              value={draft.values[field.name] ?? ''}
              error={errors.byField[field.name]}
              onChange={(value) => change({ ...draft, values: { ...draft.values, [field.name]: value } })}
            />
          ))}
          {parts.length > 0 && (
            <details
              className="group"
              open={draft.rest !== '' || errors.byField.rest !== undefined || undefined}
            >
              <summary className="text-sm font-medium">More settings</summary>
              <div className="mt-4">
                <TextArea
                  label="As JSON"
                  rows={8}
                  spellCheck={false}
                  value={draft.rest}
                  onChange={(event) => change({ ...draft, rest: event.target.value })}
                  error={errors.byField.rest}
                  hint={`Any of ${parts.join(', ')}. What is left out has its default.`}
                />
              </div>
            </details>
          )}
          <div className="flex flex-wrap gap-2 pt-1">
            <Button type="submit" look="primary" busy={create.isPending}>
              Make dataset
            </Button>
            <Button busy={preview.isPending} onClick={() => withSpec((spec) => preview.mutate(spec))}>
              Preview
            </Button>
          </div>
        </form>
      </Card>
      <PreviewPanel preview={preview.data} busy={preview.isPending} />
    </div>
  )
}
