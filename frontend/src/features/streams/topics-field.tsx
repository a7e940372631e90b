import { useId, type ReactElement, type ReactNode } from 'react'

import { classes } from '@/lib/classes'

import type { Draft } from './request'
import { businessTopics } from './topics'

function Check({
  label,
  about,
  checked,
  wrong = false,
  errorId,
  onChange,
}: {
  label: ReactNode
  about?: string
  checked: boolean
  wrong?: boolean
  errorId?: string | undefined
  onChange: (checked: boolean) => void
}): ReactElement {
  const id = useId()
  const described = classes(about !== undefined && `${id}about`, wrong && errorId)
  return (
    <div className="flex gap-2.5">
      <input
        type="checkbox"
        id={id}
        className="mt-0.5 size-4 shrink-0 accent-accent"
        checked={checked}
        aria-describedby={described || undefined}
        aria-invalid={wrong || undefined}
        onChange={({ target }) => onChange(target.checked)}
      />
      <div className="min-w-0 text-sm">
        <label htmlFor={id} className="block break-words">
          {label}
        </label>
        {about !== undefined && (
          <p id={`${id}about`} className="text-muted">
            {about}
          </p>
        )}
      </div>
    </div>
  )
}

/** The list with a name in it, or without. */
const withOrWithout = (names: readonly string[], name: string, isIn: boolean): string[] =>
  isIn ? [...names, name] : names.filter((one) => one !== name)

/** Chooses what a stream plays: what happens in the shop by topic, and changes of rows by table. */
export function TopicsField({
  draft: { topics, rows, tables },
  allTables,
  error,
  onChange,
}: {
  draft: Draft
  allTables: readonly string[]
  error: string | undefined
  onChange: (changes: Partial<Draft>) => void
}): ReactElement {
  const errorId = useId()
  const wrong = error !== undefined
  return (
    <fieldset className="min-w-0">
      <legend className="mb-3 text-sm font-medium">Topics</legend>
      <div className="space-y-3">
        {businessTopics.map(({ topic, about }) => (
          <Check
            key={topic}
            label={<span className="font-mono">{topic}</span>}
            about={about}
            checked={topics.includes(topic)}
            wrong={wrong}
            errorId={errorId}
            onChange={(checked) => onChange({ topics: withOrWithout(topics, topic, checked) })}
          />
        ))}
        <div className="border-t border-line pt-3">
          <Check
            label="Changes of rows (CDC)"
            about="Every change of every row, before and after, as Debezium tells of it: one topic for each table. What the stream adds up to can be compared by them."
            checked={rows !== 'none'}
            onChange={(checked) => onChange({ rows: checked ? 'all' : 'none' })}
          />
        </div>
        {rows !== 'none' && (
          <div className="space-y-3 pl-6.5">
            <Check
              label={
                <>
                  All tables, <span className="font-mono">ecommerce-cdc.*</span>
                </>
              }
              checked={rows === 'all'}
              onChange={(checked) => onChange({ rows: checked ? 'all' : 'some' })}
            />
            {rows === 'some' && (
              <div className="grid gap-2 sm:grid-cols-2">
                {allTables.map((table) => (
                  <Check
                    key={table}
                    label={<span className="font-mono">{table}</span>}
                    checked={tables.includes(table)}
                    onChange={(checked) => onChange({ tables: withOrWithout(tables, table, checked) })}
                  />
                ))}
              </div>
            )}
          </div>
        )}
      </div>
      {wrong && (
        <p id={errorId} className="mt-3 text-sm font-medium text-danger">
          {error}
        </p>
      )}
    </fieldset>
  )
}
