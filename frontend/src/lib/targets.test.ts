import { describe, expect, it } from 'vitest'

import { choiceOf, choices, hasFiles, hasRows } from './targets'

describe('what a dataset is stored in', () => {
  it('can be chosen in four ways, all of it first and Kafka always among it', () => {
    expect(choices.map((choice) => [choice.name, hasRows(choice), hasFiles(choice)])).toEqual([
      ['MySQL and files', true, true],
      ['MySQL only', true, false],
      ['Files only', false, true],
      ['Kafka only', false, false],
    ])
    expect(choices.every(({ targets }) => targets.includes('kafka'))).toBe(true)
  })

  it('is all where nothing is said', () => {
    expect([hasRows({}), hasFiles({})]).toEqual([true, true])
  })

  it('names the choice it was made by, in whatever order', () => {
    expect(choiceOf({ targets: ['kafka', 'files'] }).name).toBe('Files only')
    expect(choiceOf({ targets: ['kafka'] }).name).toBe('Kafka only')
    expect(choiceOf({ targets: ['files', 'mysql', 'kafka'] }).name).toBe('MySQL and files')
  })
})
