import { describe, expect, it } from 'vitest'

import { readYaml, yamlOf } from './spec-yaml'

describe('a spec as YAML', () => {
  it('comes back as it went', () => {
    const spec = {
      name: '010',
      window: { start: '2024-01-01' },
      shipping: { free_from: null },
      season: { week: [1, 2], events: [{ name: 'no', month: 7 }] },
    }
    expect(readYaml(yamlOf(spec))).toEqual({ spec })
    expect(yamlOf(spec)).toContain('week: [1, 2]')
  })

  it('may be empty', () => {
    expect(readYaml('# nothing yet\n')).toEqual({ spec: {} })
  })

  it('says what is wrong and where', () => {
    const problemOf = (text: string): unknown => ({ problem: '', ...readYaml(text) }).problem
    expect(problemOf('customers: 1\ncustomers: 2')).toBe('Map keys must be unique at line 2, column 1.')
    expect(problemOf('- 1')).toContain('names with values')
    expect(problemOf('a: &a [1]\nb: *a')).toBe('Aliases are not allowed.')
  })
})
