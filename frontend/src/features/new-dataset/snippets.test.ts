import { describe, expect, it } from 'vitest'

import { choices } from '@/lib/targets'

import { commandOf, curlOf, pythonOf } from './snippets'
import { settingsOf } from './spec-schema'

const [all, mysqlOnly, filesOnly] = choices

const settings = settingsOf({
  properties: {
    name: { type: 'string' },
    customers: { type: 'integer' },
    locales: { propertyNames: { enum: ['de_DE'] }, additionalProperties: { type: 'integer' } },
    shipping: { properties: { free_from: { anyOf: [{ type: 'integer' }, { type: 'null' }] } } },
    season: { properties: { week: { type: 'array', maxItems: 2, items: { type: 'integer' } } } },
  },
})
const spec = { name: "Ada's $HOME", customers: 5, shipping: { free_from: null }, season: { week: [1, 2] } }

describe('a spec in other languages', () => {
  it('is quoted for the shell', () => {
    expect(curlOf(spec, all, 'http://here')).toContain(
      String.raw`'{"spec":{"name":"Ada'\''s $HOME","customers":5,`,
    )
    expect(commandOf({ ...spec, locales: { de_DE: 1 } }, all, settings)).toBe(
      [
        'cartload generate',
        String.raw`--set 'name=Ada'\''s $HOME'`,
        '--set customers=5',
        `--set 'locales={"de_DE":1}'`,
        '--set shipping.free_from=null',
        "--set 'season.week=[1,2]'",
        '--out shop/',
      ].join(' \\\n  '),
    )
  })

  it('asks for the default by saying nothing of where it is stored, and names any other choice', () => {
    expect(curlOf({}, all, 'http://here')).toContain(`-d '{"spec":{}}'`)
    expect(curlOf({}, filesOnly, 'http://here')).toContain(`-d '{"spec":{},"targets":["files","kafka"]}'`)
  })

  it('fills a database where there are to be tables only', () => {
    expect(commandOf({}, filesOnly, settings)).toContain('--out shop/')
    expect(commandOf({}, mysqlOnly, settings)).toContain('--into mysql://user@host/database')
  })

  it('is a Python literal', () => {
    expect(pythonOf(spec)).toContain(
      [
        'cartload.generate({',
        `    "name": "Ada's $HOME",`,
        '    "customers": 5,',
        '    "shipping": {',
        '        "free_from": None,',
        '    },',
        '    "season": {',
        '        "week": [1, 2],',
        '    },',
        '})',
      ].join('\n'),
    )
    expect(pythonOf({})).toContain('cartload.generate({})')
  })
})
