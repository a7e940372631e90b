import {
  BaseEdge,
  Handle,
  MarkerType,
  Panel,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  type Edge,
  type EdgeProps,
  type Node,
  type NodeProps,
} from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import { useEffect, useMemo, useState, type FocusEvent, type KeyboardEvent, type ReactElement } from 'react'
import { Link } from 'react-router'

import { Button } from '@/components/ui/button'
import type { Column, Table } from '@/lib/api/types'
import { classes } from '@/lib/classes'
import { formatCounted } from '@/lib/format'

import { diagramOf, drawnColumns, isKey, pathThrough, type Diagram as Layout, type Point } from './layout'

type TableNode = Node<{ table: Table; keysOnly: boolean }, 'table'>

const zoomLimits = { least: 0.2, most: 1.5 }
/** How far an arrow key moves the diagram, in pixels. */
const step = 60

function ColumnLine({ column }: { column: Column }): ReactElement {
  const foreign = column.references !== null
  const primary = isKey(column) && !foreign
  return (
    <li className="relative flex h-6 items-center gap-2 px-3 font-mono text-xs">
      {primary && <Handle id={column.name} type="source" position={Position.Right} isConnectable={false} />}
      {foreign && <Handle id={column.name} type="target" position={Position.Left} isConnectable={false} />}
      <span className={classes('truncate', (primary || foreign) && 'font-semibold')}>{column.name}</span>
      <span className="ml-auto text-muted">
        {column.type}
        {column.nullable && '?'}
      </span>
      {(primary || foreign) && (
        <span className="w-5 text-right font-sans text-[10px] font-semibold text-accent">
          {primary ? 'PK' : 'FK'}
        </span>
      )}
    </li>
  )
}

/** A table with its columns; its name leads to its rows. */
function TableBox({ data: { table, keysOnly } }: NodeProps<TableNode>): ReactElement {
  const drawn = drawnColumns(table, keysOnly)
  const others = table.columns.length - drawn.length
  return (
    <div className="h-full w-full rounded-lg border border-line-strong bg-surface shadow-sm">
      <div className="flex h-10 items-center justify-between gap-2 rounded-t-lg border-b border-line bg-sunken px-3">
        <Link
          to={`../tables/${table.name}`}
          relative="path"
          className="nopan truncate font-mono text-sm font-semibold underline decoration-line-strong underline-offset-4"
        >
          {table.name}
        </Link>
        <span className="text-xs whitespace-nowrap text-muted tabular-nums">
          {formatCounted(table.rows, 'row')}
        </span>
      </div>
      <ul>
        {drawn.map((column) => (
          <ColumnLine key={column.name} column={column} />
        ))}
        {others > 0 && (
          <li className="flex h-6 items-center px-3 text-xs text-muted">
            and {formatCounted(others, 'other column')}
          </li>
        )}
      </ul>
    </div>
  )
}

type KeyEdge = Edge<{ bends: Point[] }, 'key'>

/** The line of a foreign key, which goes around the tables that are in its way. */
function KeyLine({
  sourceX,
  sourceY,
  targetX,
  targetY,
  data,
  markerStart,
}: EdgeProps<KeyEdge>): ReactElement {
  const path = pathThrough([{ x: sourceX, y: sourceY }, ...(data?.bends ?? []), { x: targetX, y: targetY }])
  return <BaseEdge path={path} {...(markerStart === undefined ? {} : { markerStart })} />
}

const nodeTypes = { table: TableBox }
const edgeTypes = { key: KeyLine }

const nodesOf = ({ boxes }: Layout, keysOnly: boolean): TableNode[] =>
  boxes.map(({ table, x, y, width, height }) => ({
    id: table.name,
    type: 'table',
    position: { x, y },
    width,
    height,
    data: { table, keysOnly },
    focusable: false,
  }))

const edgesOf = ({ lines }: Layout, pointedAt: string | null): KeyEdge[] =>
  lines.map(({ id, parent, key, child, column, bends }) => {
    const bold = pointedAt === parent || pointedAt === child
    const colour = bold ? 'var(--accent)' : 'var(--line-strong)'
    return {
      id,
      type: 'key',
      data: { bends },
      source: parent,
      sourceHandle: key,
      target: child,
      targetHandle: column,
      focusable: false,
      markerStart: { type: MarkerType.ArrowClosed, color: colour },
      className: bold ? '[--xy-edge-stroke:var(--accent)] [--xy-edge-stroke-width:2]' : '',
      zIndex: bold ? 1 : 0,
    }
  })

/** Whole, and clear of the buttons above and the line below, under which no link may lie. */
const wholeDiagram = { padding: { top: '56px', x: '16px', bottom: '32px' } } as const

function Buttons({ keysOnly, onToggle }: { keysOnly: boolean; onToggle: () => void }): ReactElement {
  const { zoomIn, zoomOut, fitView } = useReactFlow()
  return (
    <Panel position="top-right" className="flex gap-1">
      <Button size="small" onClick={onToggle}>
        {keysOnly ? 'All columns' : 'Keys only'}
      </Button>
      <Button size="small" aria-label="Zoom in" onClick={() => void zoomIn()}>
        +
      </Button>
      <Button size="small" aria-label="Zoom out" onClick={() => void zoomOut()}>
        −
      </Button>
      <Button size="small" onClick={() => void fitView(wholeDiagram)}>
        Show all
      </Button>
    </Panel>
  )
}

function PannedDiagram({ tables }: { tables: readonly Table[] }): ReactElement {
  const [pointedAt, setPointedAt] = useState<string | null>(null)
  const [keysOnly, setKeysOnly] = useState(true)
  const [fitted, setFitted] = useState(false)
  const layout = useMemo(() => diagramOf(tables, keysOnly), [tables, keysOnly])
  const nodes = useMemo(() => nodesOf(layout, keysOnly), [layout, keysOnly])
  const edges = useMemo(() => edgesOf(layout, pointedAt), [layout, pointedAt])
  const flow = useReactFlow()
  const { fitView } = flow
  useEffect(() => void fitView(wholeDiagram), [fitView, layout])

  const moveBy = (x: number, y: number): void => {
    const viewport = flow.getViewport()
    void flow.setViewport({ ...viewport, x: viewport.x + x, y: viewport.y + y })
  }
  const keys: Record<string, () => void> = {
    ArrowLeft: () => moveBy(step, 0),
    ArrowRight: () => moveBy(-step, 0),
    ArrowUp: () => moveBy(0, step),
    ArrowDown: () => moveBy(0, -step),
    '+': () => void flow.zoomIn(),
    '-': () => void flow.zoomOut(),
    '0': () => void flow.fitView(wholeDiagram),
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key]
    if (action === undefined) return
    event.preventDefault()
    action()
  }
  /** The keyboard may go to a table that is out of sight: the diagram follows, in place of the browser's scrolling. */
  const onFocus = (event: FocusEvent<HTMLElement>): void => {
    const id = event.target.closest<HTMLElement>('.react-flow__node')?.dataset.id
    if (id === undefined || !event.target.matches(':focus-visible')) return
    for (const element of event.currentTarget.querySelectorAll('.react-flow, .react-flow__renderer'))
      element.scrollTo(0, 0)
    event.currentTarget.scrollTo(0, 0)
    void flow.fitView({ nodes: [{ id }], maxZoom: 1 })
  }
  return (
    <div
      role="region"
      aria-label="Diagram of the tables"
      aria-describedby="diagram-keys"
      tabIndex={0}
      onKeyDown={onKeyDown}
      onFocus={onFocus}
      className="h-[60dvh] min-h-96 overflow-hidden rounded-xl border border-line bg-canvas [--xy-edge-stroke:var(--line-strong)] [--xy-edge-stroke-width:1.25] [--xy-handle-background-color:transparent] [--xy-attribution-background-color:transparent] [&_.react-flow\_\_attribution_a]:text-muted!"
    >
      <ReactFlow
        // Until it is fitted the diagram is drawn in full size, with tables below the buttons.
        className={classes(!fitted && '[&_*]:invisible!')}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onMove={() => setFitted(true)}
        minZoom={zoomLimits.least}
        maxZoom={zoomLimits.most}
        nodesDraggable={false}
        nodesConnectable={false}
        elementsSelectable={false}
        // The wheel scrolls the page; with Ctrl, or by a pinch, it zooms.
        zoomOnScroll={false}
        preventScrolling={false}
        zoomActivationKeyCode={['Control', 'Meta']}
        zoomOnDoubleClick={false}
        onNodeMouseEnter={(_, node) => setPointedAt(node.id)}
        onNodeMouseLeave={() => setPointedAt(null)}
      >
        <Buttons keysOnly={keysOnly} onToggle={() => setKeysOnly(!keysOnly)} />
      </ReactFlow>
    </div>
  )
}

/** The tables of a dataset as an entity diagram that is panned and zoomed. */
export function Diagram({ tables }: { tables: readonly Table[] }): ReactElement {
  return (
    <ReactFlowProvider>
      <PannedDiagram tables={tables} />
      <p id="diagram-keys" className="mt-2 text-sm text-muted">
        Drag to move, Ctrl and the wheel to zoom. By keyboard: arrow keys move, + and − zoom, 0 shows all. The
        name of a table leads to its rows.
      </p>
    </ReactFlowProvider>
  )
}
