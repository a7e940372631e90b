/** What the form for a new stream holds, and the request that it comes to. */
import type { Dataset, Stream, StreamRequest } from '@/lib/api/types'
import { curlCommand, pythonLiteral } from '@/lib/code'
import { parseDecimal } from '@/lib/numbers'

import { speedOf, wrongSpeed, type SpeedChoice } from './speeds'
import { allRows, businessTopics, rowsPrefix } from './topics'

/** Times are as a browser's input has them, and mean UTC: `2025-11-28T00:00:00`; empty for none. */
export interface Draft {
  topics: readonly string[]
  /** Whether changes of rows are played too: of all tables, or of some. */
  rows: 'none' | 'all' | 'some'
  tables: readonly string[]
  from: string
  until: string
  liveFrom: string
  speed: SpeedChoice
  rateLimit: string
  ownTopics: boolean
}

export const firstDraft: Draft = {
  topics: businessTopics.map(({ topic }) => topic),
  rows: 'none',
  tables: [],
  from: '',
  until: '',
  liveFrom: '',
  speed: { preset: 'max', typed: '' },
  rateLimit: '',
  ownTopics: false,
}

/** The fields of a request that the form has inputs for; the names are the API's. */
export const fields = ['topics', 'from', 'until', 'live_from', 'speed', 'rate_limit'] as const
export type Field = (typeof fields)[number]
export type Wrong = Partial<Record<Field, string>>

/** `2025-11-28T00:00` → `2025-11-28T00:00:00Z`: browsers leave seconds out where there are none. */
const momentOf = (text: string): string | undefined =>
  text === '' ? undefined : `${text.padEnd(19, ':00')}Z`

const clockRuns = ({ speed }: Draft): boolean => speed.preset !== 'max'

function topicsOf({ topics, rows, tables }: Draft): string[] {
  if (rows === 'none') return [...topics]
  return [...topics, ...(rows === 'all' ? [allRows] : tables.map((table) => `${rowsPrefix}${table}`))]
}

const isUsual = (topics: readonly string[]): boolean =>
  topics.length === businessTopics.length && businessTopics.every(({ topic }) => topics.includes(topic))

const rateOf = ({ rateLimit }: Draft): number | null => parseDecimal(rateLimit.replaceAll(/[\s,_]/g, ''))

/** The first and the last moment of a dataset, as a browser's input has them; null where its spec does not say. */
export function windowOf({ spec }: Pick<Dataset, 'spec'>): { start: string; end: string } | null {
  const { window, as_of: asOf } = spec as { window?: { start?: unknown; end?: unknown }; as_of?: unknown }
  if (typeof window?.start !== 'string' || typeof window.end !== 'string') return null
  const end = typeof asOf === 'string' ? asOf.slice(0, 19) : `${window.end}T23:59:59`
  return { start: `${window.start}T00:00:00`, end }
}

function wrongTimes(draft: Draft, window: ReturnType<typeof windowOf>): Wrong {
  const wrong: Wrong = {}
  const asked = [
    ['from', draft.from],
    ['until', draft.until],
    ['live_from', clockRuns(draft) ? draft.liveFrom : ''],
  ] as const
  for (const [field, text] of asked) {
    const moment = momentOf(text)
    if (moment === undefined || window === null) continue
    if (moment < `${window.start}Z` || moment > `${window.end}Z`)
      wrong[field] = 'Choose a moment of the dataset’s time.'
  }
  const { from, until } = draft
  if (from !== '' && until !== '' && from > until) wrong.until ??= 'Choose a moment after the beginning.'
  return wrong
}

/** What the form can say is wrong by itself; the server knows more. */
export function wrongIn(draft: Draft, window: ReturnType<typeof windowOf>): Wrong {
  const wrong = wrongTimes(draft, window)
  if (topicsOf(draft).length === 0) wrong.topics = 'Choose at least one topic.'
  else if (draft.rows === 'some' && draft.tables.length === 0) wrong.topics = 'Choose at least one table.'
  if (speedOf(draft.speed) === null) wrong.speed = wrongSpeed
  const rate = rateOf(draft)
  if (draft.rateLimit !== '' && (rate === null || rate < 1 || rate > 1_000_000))
    wrong.rate_limit = 'Enter a number from 1 to 1,000,000, or nothing.'
  return wrong
}

/** The request for a stream. What the server takes by default is left out. */
export function requestOf(draft: Draft, datasetId: string): StreamRequest {
  const topics = topicsOf(draft)
  const speed = speedOf(draft.speed) ?? 'max'
  const rate = rateOf(draft)
  const [from, until, liveFrom] = [draft.from, draft.until, draft.liveFrom].map(momentOf)
  return {
    dataset_id: datasetId,
    ...(isUsual(topics) ? {} : { topics }),
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
    ...(liveFrom === undefined || !clockRuns(draft) ? {} : { live_from: liveFrom }),
    ...(speed === 'max' ? {} : { speed }),
    ...(rate === null ? {} : { rate_limit: rate }),
    ...(draft.ownTopics ? { own_topics: true } : {}),
  }
}

export const curlOf = (request: StreamRequest, origin: string): string =>
  curlCommand(`${origin}/api/streams`, request)

/** With nothing but what Python brings along. */
export const pythonOf = (request: StreamRequest, origin: string): string =>
  [
    'import json',
    'import os',
    'import urllib.request',
    '',
    `wish = ${pythonLiteral(request)}`,
    'request = urllib.request.Request(',
    `    "${origin}/api/streams",`,
    '    data=json.dumps(wish).encode(),',
    '    headers={"Authorization": f"Bearer {os.environ[\'TOKEN\']}", "Content-Type": "application/json"},',
    ')',
    'with urllib.request.urlopen(request) as answer:',
    '    stream = json.load(answer)',
    'print(stream["id"], stream["state"])',
  ].join('\n')

/** The id that an answer names of what stands in the way. */
export function idIn(
  more: Readonly<Record<string, unknown>>,
  name: 'stream_id' | 'job_id',
): Stream['id'] | null {
  const id = more[name]
  return typeof id === 'string' ? id : null
}
