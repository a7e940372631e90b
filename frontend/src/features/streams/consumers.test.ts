import { describe, expect, it } from 'vitest'

import { someStream } from '@/testing/streams'

import { flinkOf, foldOf, javaOf, pythonOf, risingWaveOf } from './consumers'
import { businessTopics, prefixOf } from './topics'

const topics = ['orders', 'payments', 'cdc.users'].map((name) => ({
  topic: `ecommerce-${name}`,
  name: `shop-8d2f6f5c-${name}`,
}))
const asOf = '2025-11-28T00:41:07.320000Z'

describe('programs that read a stream', () => {
  it.each([pythonOf, javaOf, flinkOf, risingWaveOf])('name its topics as Kafka does (%#)', (program) => {
    for (const { name } of topics) expect(program(topics)).toContain(name)
    expect(program(topics)).not.toContain('ecommerce-')
    expect(program(topics)).toContain('localhost:9092')
  })

  it.each([flinkOf, risingWaveOf])('have columns for every topic (%#)', (program) => {
    for (const { topic } of businessTopics)
      expect(program([{ topic, name: topic }])).toMatch(/^CREATE \w+ \w+_events \(\n {4}\S+ [A-Z]+/)
  })

  it('have a table for each topic, and rows as Debezium has them', () => {
    expect(flinkOf(topics).match(/CREATE TABLE \w+/g)).toEqual([
      'CREATE TABLE orders_events',
      'CREATE TABLE payments_events',
      'CREATE TABLE users_events',
    ])
    expect(flinkOf(topics)).toContain('`after` MAP<STRING, STRING>')
    expect(risingWaveOf(topics)).toContain('"after" JSONB\n)')
  })
})

describe('the command that compares', () => {
  it('is for streams of rows', () => {
    expect(foldOf(someStream(), asOf, 15)).toBeNull()
  })

  it('names the tables that are played, where they are not all', () => {
    expect(foldOf(someStream({ topics }), asOf, 15)).toBe(
      `cartload fold kafka://localhost:9092 --against spec.yaml --as-of ${asOf} --tables users --topic-prefix shop-8d2f6f5c-`,
    )
  })

  it('is short for the usual names and all tables', () => {
    const usual = [{ topic: 'ecommerce-cdc.users', name: 'ecommerce-cdc.users' }]
    expect(foldOf(someStream({ topics: usual }), asOf, 1)).toBe(
      `cartload fold kafka://localhost:9092 --against spec.yaml --as-of ${asOf}`,
    )
    expect(prefixOf([])).toBe('ecommerce-')
  })
})
