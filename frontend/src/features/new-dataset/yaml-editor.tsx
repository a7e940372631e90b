import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { Annotation, EditorState } from '@codemirror/state'
import { EditorView, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { useEffect, useRef, type ReactElement } from 'react'

import type { Json } from './spec-schema'
import { readYaml, yamlOf } from './spec-yaml'

const fromForm = Annotation.define<boolean>()

const look = EditorView.theme({
  '&': { fontSize: '13px', maxHeight: '32rem', color: 'var(--ink)' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--font-mono, ui-monospace, monospace)', lineHeight: '1.6' },
  '.cm-content': { caretColor: 'var(--ink)', padding: '12px 0' },
  '.cm-gutters': { background: 'transparent', color: 'var(--muted)', border: '0' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
})

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--accent)' },
  { tag: tags.comment, color: 'var(--muted)', fontStyle: 'italic' },
])

// Left to itself, Chromium gives text that replaces other text the style of what was there, as an inline style,
// which the content security policy refuses with a complaint. What is selected is asked of the browser: the editor
// may not have heard yet of a selection that was made a moment ago.
const replacesPlainly = EditorView.domEventHandlers({
  beforeinput: (event, view) => {
    const shadowRoots = view.root instanceof ShadowRoot ? [view.root] : []
    const [selected] = getSelection()?.getComposedRanges({ shadowRoots }) ?? []
    if (event.inputType !== 'insertText' || event.data === null) return false
    if (selected === undefined || selected.collapsed) return false
    event.preventDefault()
    const from = view.posAtDOM(selected.startContainer, selected.startOffset)
    const to = view.posAtDOM(selected.endContainer, selected.endOffset)
    view.dispatch({
      changes: { from, to, insert: event.data },
      selection: { anchor: from + event.data.length },
      userEvent: 'input.type',
    })
    return true
  },
})

function stateOf(text: string, onText: (text: string) => void): EditorState {
  return EditorState.create({
    doc: text,
    extensions: [
      lineNumbers(),
      history(),
      // Escape gives Tab back to the page: the next Tab leaves the editor.
      keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
      yaml(),
      syntaxHighlighting(colours),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': 'Spec as YAML' }),
      look,
      replacesPlainly,
      EditorView.updateListener.of((update) => {
        const own = update.transactions.some((one) => one.annotation(fromForm) === true)
        if (update.docChanged && !own) onText(update.state.doc.toString())
      }),
    ],
  })
}

/** The spec as YAML, to read and to write: both this text and the form say the same. */
export default function YamlEditor({
  spec,
  onSpec,
  onProblem,
}: {
  spec: Json
  onSpec: (spec: Json) => void
  /** What is wrong with the text; null once it can be read, or the editor is closed. */
  onProblem: (message: string | null) => void
}): ReactElement {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  const said = useRef(spec)
  const latest = useRef({ onSpec, onProblem })
  useEffect(() => {
    latest.current = { onSpec, onProblem }
  })
  useEffect(() => {
    if (host.current === null) return
    // Within a shadow tree, where the editor's styles are a constructed sheet: the content security policy allows
    // no style elements.
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: 'open' })
    const read = (text: string): void => {
      const reading = readYaml(text)
      latest.current.onProblem('problem' in reading ? reading.problem : null)
      if (!('spec' in reading)) return
      said.current = reading.spec
      latest.current.onSpec(reading.spec)
    }
    const editor = new EditorView({ state: stateOf(yamlOf(said.current), read), parent: root, root })
    view.current = editor
    return () => {
      editor.destroy()
      latest.current.onProblem(null)
    }
  }, [])
  useEffect(() => {
    const editor = view.current
    if (editor === null || said.current === spec) return
    said.current = spec
    editor.dispatch({
      changes: { from: 0, to: editor.state.doc.length, insert: yamlOf(spec) },
      annotations: fromForm.of(true),
    })
    latest.current.onProblem(null)
  }, [spec])
  return <div ref={host} data-testid="yaml" className="overflow-hidden rounded-lg bg-sunken" />
}
