import type { ReactElement } from 'react'

import { Button } from '@/components/ui/button'
import { NumberField, TextField } from '@/components/ui/field'

import { choose, readNumber, textOf, type, valueOf, type Reading } from './draft'
import type { FormState } from './form-state'
import { SettingGroup } from './setting-group'
import { isJson, type Json, type ListSetting, type SimpleSetting } from './spec-schema'

/** What a new item starts from: defaults, else the least that is allowed. */
function newItem(items: readonly SimpleSetting[], index: number): Json {
  const start = (item: SimpleSetting): unknown => {
    if (item.initial !== undefined) return item.initial
    return item.kind === 'number' ? Math.ceil(item.least ?? 0) : `${item.label} ${String(index + 1)}`
  }
  return Object.fromEntries(items.map((item) => [item.path, start(item)]))
}

const readItem = (text: string, item: SimpleSetting): Reading => {
  const reading = item.kind === 'number' ? readNumber(text, item) : { value: text }
  return 'value' in reading && reading.value === undefined ? { message: 'Enter a number.' } : reading
}

/** A list of things that have settings of their own. */
export function ListInput({
  setting,
  draft,
  errors,
  change,
}: FormState & { setting: ListSetting }): ReactElement {
  const { path, label, items, longest } = setting
  const value = valueOf(draft, setting)
  const held: Json[] = Array.isArray(value) ? value.map((one: unknown) => (isJson(one) ? one : {})) : []
  const enter = (index: number, item: SimpleSetting, text: string): void => {
    const reading = readItem(text, item)
    const next = (read: unknown): Json[] => held.with(index, { ...held[index], [item.path]: read })
    change(
      type(
        draft,
        path,
        `${path}.${String(index)}.${item.path}`,
        text,
        'message' in reading ? reading : { value: next(reading.value) },
      ),
    )
  }
  return (
    <SettingGroup setting={setting} error={errors.byPath[path]}>
      {(errorId) => (
        <>
          <ol className="space-y-3">
            {held.map((one, index) => (
              <li key={index} className="rounded-lg border border-line p-3">
                <div className="grid grid-cols-4 gap-2">
                  {items.map((item) => {
                    const place = `${path}.${String(index)}.${item.path}`
                    const common = {
                      label: `${item.label} of ${label.toLowerCase()} ${String(index + 1)}`,
                      value: draft.typed[place]?.text ?? textOf(one[item.path]),
                      error: errors.byPath[place],
                      groupErrorId: errorId,
                      onChange: ({ target }: { target: { value: string } }) =>
                        enter(index, item, target.value),
                    }
                    return (
                      <div key={item.path} className={item.kind === 'number' ? '' : 'col-span-4'}>
                        <span aria-hidden="true" className="text-xs text-muted">
                          {item.label}
                        </span>
                        {item.kind === 'number' ? (
                          <NumberField hideLabel beside={false} {...common} />
                        ) : (
                          <TextField hideLabel autoComplete="off" {...common} />
                        )}
                      </div>
                    )
                  })}
                </div>
                <Button
                  look="quiet"
                  size="small"
                  className="mt-1 -ml-2.5"
                  aria-label={`Remove ${textOf(one.name) || String(index + 1)}`}
                  onClick={() => change(choose(draft, path, held.toSpliced(index, 1)))}
                >
                  Remove
                </Button>
              </li>
            ))}
          </ol>
          <Button
            size="small"
            className="mt-3"
            aria-describedby={errorId}
            disabled={longest !== null && held.length >= longest}
            onClick={() => change(choose(draft, path, [...held, newItem(items, held.length)]))}
          >
            Add one
          </Button>
        </>
      )}
    </SettingGroup>
  )
}
