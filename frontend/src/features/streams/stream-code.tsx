import { useState, type ReactElement, type ReactNode } from 'react'

import { CodePanel } from '@/components/ui/code-panel'
import { Tabs } from '@/components/ui/tabs'
import type { Stream } from '@/lib/api/types'

import { broker, flinkOf, javaOf, pythonOf, risingWaveOf } from './consumers'

const address = (
  <>
    Put the address of your Kafka in place of <code>{broker}</code>; its operator knows it.
  </>
)

/** Programs that read the stream. */
export function StreamCode({ topics }: { topics: Stream['topics'] }): ReactElement {
  const [tab, setTab] = useState('python')
  const panel = (
    name: string,
    title: string,
    what: string,
    text: string,
    more: ReactNode,
  ): { name: string; title: string; content: ReactNode } => ({
    name,
    title,
    content: (
      <CodePanel
        what={what}
        text={text}
        note={
          <>
            {more} {address}
          </>
        }
      />
    ),
  })
  const tabs = [
    panel(
      'python',
      'Python',
      'Python program',
      pythonOf(topics),
      <>
        After <code>pip install confluent-kafka</code>. An event that comes twice has the same{' '}
        <code>ce_id</code>.
      </>,
    ),
    panel(
      'java',
      'Java',
      'Java program',
      javaOf(topics),
      <>
        With <code>org.apache.kafka:kafka-clients</code>. An event that comes twice has the same{' '}
        <code>ce_id</code>.
      </>,
    ),
    panel(
      'flink',
      'Flink SQL',
      'Flink SQL',
      flinkOf(topics),
      'A table for each topic, by the time of its events. These are some of the columns: add those you need.',
    ),
    panel(
      'risingwave',
      'RisingWave',
      'RisingWave SQL',
      risingWaveOf(topics),
      'A source for each topic. These are some of the columns: add those you need.',
    ),
  ]
  return <Tabs label="Programs that read the stream" tabs={tabs} value={tab} onChange={setTab} />
}
