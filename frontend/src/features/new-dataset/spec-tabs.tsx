import { lazy, Suspense, useState, type ReactElement, type ReactNode } from 'react'
import { Link } from 'react-router'

import { Loading } from '@/components/ui/notice'
import { Tabs } from '@/components/ui/tabs'

import { CodePanel } from './code-panel'
import { commandOf, curlOf, pythonOf } from './snippets'
import type { Json, Setting } from './spec-schema'

// Fetched when first opened: the editor is larger than the rest of the page.
const YamlEditor = lazy(() => import('./yaml-editor'))

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
  spec,
  settings,
  rows,
  onSpec,
  onYamlProblem,
}: {
  spec: Json
  settings: readonly Setting[]
  rows: ReactNode
  onSpec: (spec: Json) => void
  onYamlProblem: (message: string | null) => void
}): ReactElement {
  const [tab, setTab] = useState('rows')
  const yaml = (
    <Suspense fallback={<Loading what="editor" />}>
      <p className="mb-3 text-sm text-muted">
        What is not named has its default. Changes here change the form, and the other way round.
      </p>
      <YamlEditor spec={spec} onSpec={onSpec} onProblem={onYamlProblem} />
    </Suspense>
  )
  const code = (what: string, text: string, note: ReactNode): ReactElement => (
    <CodePanel what={what} text={text} note={note} />
  )
  const tabs = [
    { name: 'rows', title: 'First rows', content: rows },
    { name: 'yaml', title: 'YAML', content: yaml },
    {
      name: 'curl',
      title: 'curl',
      content: code('curl command', curlOf(spec, window.location.origin), tokenNote),
    },
    {
      name: 'command',
      title: 'cartload',
      content: code(
        'cartload command',
        commandOf(spec, settings),
        'The same rows as files, made on your machine without a server.',
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
