import { describe, expect, it } from 'vitest'

import { someDataset } from '@/testing/datasets'
import { someJob } from '@/testing/jobs'

import { commandsFor, findCommands } from './command-list'

const datasets = ['Alpine', 'Old pine wood', 'Pine', 'Oak'].map((name, place) =>
  someDataset({ id: `d${String(place)}`, name }),
)
const jobs = [
  someJob({ id: 'j1', dataset_id: 'd2' }),
  someJob({ id: 'j2-is-longer', dataset_id: 'gone', kind: 'append', state: 'failed' }),
]
const commands = commandsFor('customer', datasets, jobs)
const found = (text: string, list = commands): Record<string, string[]> =>
  Object.fromEntries(findCommands(list, text).map((one) => [one.group, one.commands.map(({ name }) => name)]))

describe('the commands', () => {
  it('name a job by its dataset, or by its id where that is not known', () => {
    expect(found('').Jobs).toEqual(['New dataset: Pine', 'Append: j2-is-lo'])
  })

  it('say what tells datasets and jobs of one name apart', () => {
    const details = commands.filter(({ detail }) => detail !== null).map(({ detail }) => detail)
    expect(details).toEqual([...datasets.map(() => '11,500 rows'), 'Making rows', 'Failed'])
    const [creating] = commandsFor('customer', [someDataset({ state: 'creating', tables: {} })], []).slice(1)
    expect(creating?.detail).toBe('creating')
  })

  it('have ids of their own', () => {
    const all = commandsFor('admin', datasets, jobs)
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
  })

  it('offer the administration to administrators only', () => {
    expect(found('dead')).toEqual({})
    expect(found('dead', commandsFor('admin', [], []))).toEqual({ Pages: ['Dead letters'] })
  })
})

describe('what is typed', () => {
  it('finds names that begin with it first, then words that do, then the rest', () => {
    expect(found('pine').Datasets).toEqual(['Pine', 'Old pine wood', 'Alpine'])
  })

  it('has to be in the name with every word, in any order and case', () => {
    expect(found('WOOD old')).toEqual({ Datasets: ['Old pine wood'] })
    expect(found('pine oak')).toEqual({})
  })

  it('brings the group of the best name to the top', () => {
    expect(Object.keys(found('oa'))).toEqual(['Datasets', 'Settings'])
    const because = commandsFor('customer', [someDataset({ name: 'Because' })], [])
    expect(Object.keys(found('use', because))).toEqual(['Settings', 'Datasets'])
  })

  it('finds actions by their names', () => {
    expect(found('dark')).toEqual({ Settings: ['Use the dark theme'] })
    expect(found('sign')).toEqual({ Settings: ['Sign out'] })
  })

  it('is nothing: then the newest of long lists are offered', () => {
    const many = Array.from({ length: 30 }, (_, place) =>
      someDataset({ id: String(place), name: `Shop ${String(place)}` }),
    )
    const list = commandsFor('customer', many, [])
    expect(found('', list).Datasets).toEqual(['Shop 0', 'Shop 1', 'Shop 2'])
    expect(found('shop', list).Datasets).toHaveLength(8)
  })
})
