import { Graph, layout, type EdgeLabel, type GraphLabel, type NodeLabel } from '@dagrejs/dagre'

import { parentsOf } from '@/features/tables/relations'
import type { Column, Table } from '@/lib/api/types'

/** Sizes in pixels of what the diagram draws. */
export const sizes = { width: 250, head: 40, row: 24, below: 8 } as const

/** Whether a column is a primary or a foreign key. */
export const isKey = (column: Column): boolean => column.name === 'id' || column.references !== null

/** The columns that are drawn of a table: all, or those that are keys and a line for the others. */
export const drawnColumns = (table: Table, keysOnly: boolean): Column[] =>
  keysOnly ? table.columns.filter(isKey) : table.columns

function heightOf(table: Table, keysOnly: boolean): number {
  const drawn = drawnColumns(table, keysOnly).length
  const lines = drawn < table.columns.length ? drawn + 1 : drawn
  return sizes.head + sizes.row * lines + sizes.below
}

/** Where a table is drawn: its top left corner. */
export interface Box {
  table: Table
  x: number
  y: number
  width: number
  height: number
}

export interface Point {
  x: number
  y: number
}

/** A foreign key as a line from a column of the parent to one of the child. */
export interface Line {
  id: string
  parent: string
  key: string
  child: string
  column: string
  /** Where the line passes by tables between the two. */
  bends: Point[]
}

export interface Diagram {
  boxes: Box[]
  lines: Line[]
}

/** Lays the tables out from left to right, each to the right of those that it points to. */
export function diagramOf(tables: readonly Table[], keysOnly: boolean): Diagram {
  const keys = tables.flatMap((child) =>
    parentsOf(child, tables).map(({ table, column, key }) => ({
      id: `${child.name}.${column.name}`,
      parent: table.name,
      key,
      child: child.name,
      column: column.name,
    })),
  )
  const graph = new Graph<GraphLabel, NodeLabel, EdgeLabel>({ multigraph: true })
  graph.setGraph({ rankdir: 'LR', nodesep: 36, ranksep: 90 })
  for (const table of tables)
    graph.setNode(table.name, { width: sizes.width, height: heightOf(table, keysOnly) })
  for (const { id, parent, child } of keys) graph.setEdge(parent, child, {}, id)
  layout(graph)
  const boxes = tables.map((table) => {
    const { x = 0, y = 0, width, height } = graph.node(table.name)
    // The layout names the middle.
    return { table, x: x - width / 2, y: y - height / 2, width, height }
  })
  const lines = keys.map((key) => ({
    ...key,
    bends: bendsOf(graph.edge(key.parent, key.child, key.id).points ?? [], boxes),
  }))
  return { boxes, lines }
}

/** The points at which a line goes straight past other tables: where it enters and leaves their column. */
function bendsOf(points: readonly Point[], boxes: readonly Box[]): Point[] {
  return points.slice(1, -1).flatMap(({ x, y }) => {
    const beside = boxes.find((box) => Math.abs(box.x + box.width / 2 - x) < 1)
    if (beside === undefined) return []
    return [
      { x: beside.x, y },
      { x: beside.x + beside.width, y },
    ]
  })
}

/** A smooth path through points from left to right, level at each of them. */
export function pathThrough([first, ...others]: readonly [Point, ...Point[]]): string {
  let from = first
  const curves = others.map((to) => {
    const middle = (from.x + to.x) / 2
    const curve = `C${middle} ${from.y} ${middle} ${to.y} ${to.x} ${to.y}`
    from = to
    return curve
  })
  return `M${first.x} ${first.y}${curves.join('')}`
}
