import { describe, expect, it } from 'vitest'

import { someColumn, someTable } from '@/testing/datasets'

import { childrenOf, parentsOf, targetOf } from './relations'

const users = someTable({ name: 'users', columns: [someColumn({ name: 'id', type: 'id' })] })
const orders = someTable({
  name: 'order_details',
  columns: [
    someColumn({ name: 'id', type: 'id' }),
    someColumn({ name: 'buyer_id', type: 'id', references: 'users.id' }),
    someColumn({ name: 'payer_id', type: 'id', references: 'users.id' }),
  ],
})
const tables = [users, orders]

describe('foreign keys', () => {
  it('point to a table and its key, or to nothing', () => {
    expect(targetOf(someColumn({ references: 'users.id' }))).toEqual({ table: 'users', column: 'id' })
    expect(targetOf(someColumn({ references: 'users' }))).toBeNull()
    expect(targetOf(someColumn())).toBeNull()
  })

  it('lead from a table to its parents and back to its children, one by one', () => {
    const ends = (relations: ReturnType<typeof parentsOf>): string[] =>
      relations.map(({ table, column, key }) => `${table.name} ${column.name} ${key}`)
    expect(ends(parentsOf(orders, tables))).toEqual(['users buyer_id id', 'users payer_id id'])
    expect(ends(childrenOf(users, tables))).toEqual([
      'order_details buyer_id id',
      'order_details payer_id id',
    ])
    expect(parentsOf(users, tables)).toEqual([])
    expect(childrenOf(orders, tables)).toEqual([])
  })

  it('to a table that is not there lead nowhere', () => {
    expect(parentsOf(orders, [orders])).toEqual([])
  })
})
