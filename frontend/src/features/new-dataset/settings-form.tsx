import { useState, type ReactElement } from 'react'

import { classes } from '@/lib/classes'
import { formatCounted } from '@/lib/format'

import { isChanged } from './draft'
import type { FormState } from './form-state'
import { isWrong } from './setting-errors'
import { SettingInput } from './setting-input'
import { groups, type Group } from './spec-layout'
import type { Setting } from './spec-schema'

function Settings({
  title,
  settings,
  opened,
  ...form
}: FormState & { title: string; settings: readonly Setting[]; opened: boolean }): ReactElement {
  const [wanted, setWanted] = useState(opened)
  const wrong = settings.some((setting) => isWrong(form.errors, setting))
  const open = wanted || wrong
  const changed = settings.filter((setting) => isChanged(form.draft, setting)).length
  return (
    <details open={open} onToggle={(event) => setWanted(event.currentTarget.open)} className="group">
      <summary className="flex items-center gap-3 px-5 py-3.5 text-sm -outline-offset-2 hover:bg-sunken">
        <span aria-hidden="true" className="text-muted transition-transform group-open:rotate-90">
          ›
        </span>
        <h2 className="font-semibold">{title}</h2>
        <span className={classes('ml-auto text-xs', wrong ? 'font-medium text-danger' : 'text-muted')}>
          {wrong
            ? 'Not valid yet'
            : changed > 0
              ? `${String(changed)} changed`
              : formatCounted(settings.length, 'setting')}
        </span>
      </summary>
      {open && (
        <div className="space-y-5 px-5 pt-2 pb-6">
          {settings.map((setting) => (
            <SettingInput key={setting.path} setting={setting} {...form} />
          ))}
        </div>
      )}
    </details>
  )
}

function grouped(settings: readonly Setting[]): { title: string; settings: Setting[] }[] {
  const byPath = new Map(settings.map((setting) => [setting.path, setting]))
  const named = new Set(groups.flatMap(({ paths }: Group) => paths))
  const other = settings.filter(({ path }) => !named.has(path))
  return [
    ...groups.map(({ title, paths }) => ({
      title,
      settings: paths.flatMap((path) => byPath.get(path) ?? []),
    })),
    { title: 'More', settings: other },
  ].filter((group) => group.settings.length > 0)
}

/** Every setting of the spec, in groups that open. */
export function SettingsForm({
  settings,
  ...form
}: FormState & { settings: readonly Setting[] }): ReactElement {
  return (
    <div className="divide-y divide-line">
      {grouped(settings).map((group, index) => (
        <Settings key={group.title} {...group} opened={index === 0} {...form} />
      ))}
    </div>
  )
}
