import { describe, expect, it } from 'vitest'

import { someColumn, someTable } from '@/testing/datasets'

import { diagramOf, drawnColumns, pathThrough, type Box } from './layout'

const id = someColumn({ name: 'id', type: 'id' })
const reference = (table: string) =>
  someColumn({ name: `${table}_id`, type: 'id', references: `${table}.id` })
const table = (name: string, ...parents: string[]) =>
  someTable({ name, columns: [id, ...parents.map(reference), someColumn()] })

const tables = [table('users'), table('addresses', 'users'), table('orders', 'users', 'addresses')]
const diagram = diagramOf(tables, false)
const box = (name: string): Box => {
  const found = diagram.boxes.find((one) => one.table.name === name)
  if (found === undefined) throw new Error(`no box of ${name}`)
  return found
}

describe('the diagram of a schema', () => {
  it('has a line for each foreign key, from the key of the parent to the column of the child', () => {
    expect(diagram.lines.map((line) => `${line.parent}.${line.key} ${line.child}.${line.column}`)).toEqual([
      'users.id addresses.users_id',
      'users.id orders.users_id',
      'addresses.id orders.addresses_id',
    ])
  })

  it('puts each table to the right of those that it points to, and none on another', () => {
    for (const { parent, child } of diagram.lines)
      expect(box(child).x).toBeGreaterThan(box(parent).x + box(parent).width)
    expect(diagram.boxes.every(({ x, y }) => x >= 0 && y >= 0)).toBe(true)
  })

  it('leads a line around a table that lies between its ends', () => {
    const line = diagram.lines.find(({ id: name }) => name === 'orders.users_id')
    const between = box('addresses')
    expect(line?.bends.map(({ x }) => x)).toEqual([between.x, between.x + between.width])
    for (const { y } of line?.bends ?? []) expect(y < between.y || y > between.y + between.height).toBe(true)
    expect(diagram.lines.find(({ id: name }) => name === 'addresses.users_id')?.bends).toEqual([])
  })

  it('draws all columns, or the keys in less room', () => {
    const [users] = tables
    if (users === undefined) throw new Error('no table')
    expect(drawnColumns(users, true).map(({ name }) => name)).toEqual(['id'])
    expect(drawnColumns(users, false)).toEqual(users.columns)
    const wide = someTable({ name: 'wide', columns: [id, ...Array.from({ length: 9 }, () => someColumn())] })
    const [all, keys] = [diagramOf([wide], false), diagramOf([wide], true)].map(
      ({ boxes }) => boxes[0]?.height,
    )
    expect(keys ?? 0).toBeLessThan((all ?? 0) / 2)
  })

  it('runs level through every point of a line', () => {
    const path = pathThrough([
      { x: 0, y: 0 },
      { x: 10, y: 4 },
      { x: 20, y: 4 },
    ])
    expect(path).toBe('M0 0C5 0 5 4 10 4C15 4 15 4 20 4')
  })
})
