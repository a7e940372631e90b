import { isMap, isScalar, isSeq, parseDocument, Document, visit } from 'yaml'

import { isJson, type Json } from './spec-schema'

/** A spec as YAML, lists of numbers on one line. */
export function yamlOf(spec: Json): string {
  const document = new Document(spec)
  visit(document, {
    Seq: (_, list) => {
      if (list.items.every((item) => isScalar(item))) list.flow = true
    },
    Map: (_, map, path) => {
      if (path.some((above) => isSeq(above)) && isMap(map)) map.flow = true
    },
  })
  return document.toString({ lineWidth: 100, flowCollectionPadding: false })
}

/** The spec that a YAML text says, or what is wrong with it. An empty text is an empty spec. */
export function readYaml(text: string): { spec: Json } | { problem: string } {
  const document = parseDocument(text, { version: '1.2' })
  const [error] = document.errors
  if (error !== undefined) {
    // The lines below the first show the text around the place.
    const [message = ''] = error.message.split('\n')
    return { problem: message.replace(/:$/, '.') }
  }
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 0 })
  } catch {
    return { problem: 'Aliases are not allowed.' }
  }
  if (value === null || value === undefined) return { spec: {} }
  if (isJson(value)) return { spec: value }
  return { problem: 'A spec is names with values, such as customers: 1000.' }
}
