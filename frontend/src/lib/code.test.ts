import { describe, expect, it } from 'vitest'

import { curlCommand, pythonLiteral, shellWord } from './code'

describe('a word of a shell', () => {
  it.each([
    ['plain-word.1', 'plain-word.1'],
    ['two words', "'two words'"],
    ['$HOME', "'$HOME'"],
    ["it's", String.raw`'it'\''s'`],
    ['', "''"],
  ])('%j is %j', (text, word) => expect(shellWord(text)).toBe(word))
})

describe('a value in Python', () => {
  it.each([
    [null, 'None'],
    [true, 'True'],
    [false, 'False'],
    [1.5, '1.5'],
    ['a "b"', String.raw`"a \"b\""`],
    [{}, '{}'],
    [[1, 'a'], '[1, "a"]'],
    [{ a: { b: true } }, '{\n    "a": {\n        "b": True,\n    },\n}'],
  ])('%j is %j', (value, text) => expect(pythonLiteral(value)).toBe(text))
})

it('a request is a command of one word a line', () => {
  expect(curlCommand('http://shop/api/streams', { speed: 60 }).split(' \\\n  ')).toEqual([
    'curl -s http://shop/api/streams',
    '-H "Authorization: Bearer $TOKEN"',
    "-H 'Content-Type: application/json'",
    `-d '{"speed":60}'`,
  ])
})
