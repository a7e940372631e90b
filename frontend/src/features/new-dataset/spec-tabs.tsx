import { lazy, Suspense, useState, type ReactElement, type ReactNode } from 'react'
import { Link } from 'react-router'

import { CodePanel } from '@/components/ui/code-panel'
import { Loading } from '@/components/ui/notice'
import { Tabs } from '@/components/ui/tabs'
import type { Preview } from '@/lib/api/types'
import { hasFiles, hasRows, type Choice } from '@/lib/targets'

import type { Draft } from './draft'
import { commandOf, curlOf, pythonOf } from './snippets'
import type { Json, Setting } from './spec-schema'

// Fetched when first opened: the editor is larger than the rest of the page, and so is what draws the plots.
const YamlEditor = lazy(() => import('./yaml-editor'))
const PlotsPanel = lazy(() => import('./plots-panel'))

const tokenNote = (
  <>
    <code>TOKEN</code> is a{' '}
    <Link to="/tokens" className="underline underline-offset-4">
      personal token
    </Link>
    . The answer is the job.
  </>
)

/** What a spec makes, and the spec in other languages, one at a time. */
export function SpecTabs({
  draft,
  choice,
  settings,
  preview,
  rows,
  onSpec,
  onYamlProblem,
}: {
  draft: Draft
  choice: Choice
  settings: readonly Setting[]
  preview: Preview | undefined
  rows: ReactNode
  onSpec: (spec: Json) => void
  onYamlProblem: (message: string | null) => void
}): ReactElement {
  const { spec } = draft
  const [tab, setTab] = useState('rows')
  const plots = (
    <Suspense fallback={<Loading what="plots" />}>
      <PlotsPanel preview={preview} draft={draft} settings={settings} />
    </Suspense>
  )
  const yaml = (
    <Suspense fallback={<Loading what="editor" />}>
      <p className="mb-3 text-sm text-muted">
        What is not named has its default. Changes here change the form, and the other way round. Where it is
        stored is no part of the spec.
      </p>
      <YamlEditor spec={spec} onSpec={onSpec} onProblem={onYamlProblem} />
    </Suspense>
  )
  const code = (what: string, text: string, note: ReactNode): ReactElement => (
    <CodePanel what={what} text={text} note={note} />
  )
  const tabs = [
    { name: 'rows', title: 'First rows', content: rows },
    { name: 'plots', title: 'Plots', content: plots },
    { name: 'yaml', title: 'YAML', content: yaml },
    {
      name: 'curl',
      title: 'curl',
      content: code('curl command', curlOf(spec, choice, window.location.origin), tokenNote),
    },
    {
      name: 'command',
      title: 'cartload',
      content: code(
        'cartload command',
        commandOf(spec, choice, settings),
        hasRows(choice) && !hasFiles(choice)
          ? 'The same rows in a database of yours, made on your machine without a server of Cartload.'
          : 'The same rows as files, made on your machine without a server.',
      ),
    },
    {
      name: 'python',
      title: 'Python',
      content: code('Python program', pythonOf(spec), 'The same rows as Arrow tables.'),
    },
  ]
  return <Tabs label="What it makes" tabs={tabs} value={tab} onChange={setTab} />
}
