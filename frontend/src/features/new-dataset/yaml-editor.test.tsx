// @vitest-environment jsdom

import { EditorView } from '@codemirror/view'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'

import type { Json } from './spec-schema'
import YamlEditor from './yaml-editor'

function editor(): EditorView {
  const content = screen.getByTestId('yaml').shadowRoot?.querySelector<HTMLElement>('.cm-content')
  const view = content == null ? null : EditorView.findFromDOM(content)
  if (view === null) throw new Error('there is no editor')
  return view
}

const write = (insert: string): void => {
  const view = editor()
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert } })
}

describe('the editor of a spec', () => {
  afterEach(cleanup)

  it('tells of every spec that can be read, and of what is wrong with the others', () => {
    const specs: Json[] = []
    const problems: (string | null)[] = []
    const { unmount } = render(
      <YamlEditor
        spec={{ customers: 5 }}
        onSpec={(spec) => specs.push(spec)}
        onProblem={(problem) => problems.push(problem)}
      />,
    )
    expect(editor().state.doc.toString()).toBe('customers: 5\n')
    write('customers: 6')
    write('customers: [')
    expect(specs).toEqual([{ customers: 6 }])
    expect(problems).toEqual([null, expect.stringContaining('line 1')])
    unmount()
    expect(problems.at(-1)).toBeNull()
  })

  it('follows the form, but keeps a text that says the same', () => {
    const specs: Json[] = []
    const draw = (spec: Json): ReturnType<typeof YamlEditor> => (
      <YamlEditor spec={spec} onSpec={(next) => specs.push(next)} onProblem={() => undefined} />
    )
    const { rerender } = render(draw({ customers: 5 }))
    write('customers: 7 # many')
    rerender(draw(specs[0] ?? {}))
    expect(editor().state.doc.toString()).toBe('customers: 7 # many')
    rerender(draw({ customers: 8 }))
    expect(editor().state.doc.toString()).toBe('customers: 8\n')
    expect(specs).toHaveLength(1)
  })
})
