/** Programs that read a stream, to start from. */
import type { Stream } from '@/lib/api/types'

import { isRows, prefixOption, rowsPrefix } from './topics'

type Topic = Stream['topics'][number]

/** Where Kafka listens is not known to the interface. */
export const broker = 'localhost:9092'

/** The names on lines of their own, so far to the right; commas between them. */
const names = (topics: readonly Topic[], indent: string): string =>
  topics.map(({ name }) => `${indent}${JSON.stringify(name)}`).join(',\n')

/** With confluent-kafka. Events that come twice have one id. */
export const pythonOf = (topics: readonly Topic[]): string => `import json

from confluent_kafka import Consumer

consumer = Consumer(
    {
        "bootstrap.servers": "${broker}",
        "group.id": "my-pipeline",
        "auto.offset.reset": "earliest",
    }
)
consumer.subscribe(
    [
${names(topics, '        ')},
    ]
)
seen = set()
try:
    while True:
        record = consumer.poll(1.0)
        if record is None:
            continue
        if record.error():
            raise RuntimeError(record.error())
        headers = {name: value.decode() for name, value in record.headers()}
        if headers["ce_id"] in seen:
            continue
        seen.add(headers["ce_id"])
        print(headers["ce_time"], headers["ce_type"], json.loads(record.value()))
finally:
    consumer.close()`

/** With Kafka's own client. */
export const javaOf = (
  topics: readonly Topic[],
): string => `import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;

public final class Read {
  public static void main(String[] arguments) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers", "${broker}",
            "group.id", "my-pipeline",
            "auto.offset.reset", "earliest");
    Set<String> seen = new HashSet<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(
          List.of(
${names(topics, '              ')}));
      while (true) {
        for (ConsumerRecord<String, String> event : consumer.poll(Duration.ofSeconds(1))) {
          if (seen.add(header(event, "ce_id"))) {
            System.out.println(header(event, "ce_time") + " " + header(event, "ce_type") + " " + event.value());
          }
        }
      }
    }
  }

  private static String header(ConsumerRecord<String, String> event, String name) {
    return new String(event.headers().lastHeader(name).value(), UTF_8);
  }
}`

type Type = 'text' | 'whole'

/** A few columns of each topic's events: enough to begin with, the data dictionary has all. */
const columns: Record<string, Readonly<Record<string, Type>>> = {
  'ecommerce-user-events': { id: 'text', email: 'text', locale: 'text', country: 'text' },
  'ecommerce-inventory': { id: 'text', name: 'text', sku: 'text', stock: 'whole', previous_stock: 'whole' },
  'ecommerce-orders': { id: 'text', user_id: 'text', status: 'text', total: 'whole', currency: 'text' },
  'ecommerce-clickstream': { visitor_id: 'text', session_id: 'text', type: 'text', device: 'text' },
  'ecommerce-payments': { order_id: 'text', kind: 'text', amount: 'whole', currency: 'text' },
}

/** `ecommerce-orders` → `orders`, `ecommerce-cdc.users` → `users`. */
const sqlName = ({ topic }: Topic): string =>
  topic
    .replace(rowsPrefix, '')
    .replace(/^ecommerce-/, '')
    .replaceAll('-', '_')

const columnsOf = (topic: Topic): [string, Type][] => Object.entries(columns[topic.topic] ?? {})

const flinkTypes: Record<Type, string> = { text: 'STRING', whole: 'BIGINT' }

const flinkColumns = (topic: Topic): string[] =>
  isRows(topic)
    ? ['op STRING', '`before` MAP<STRING, STRING>', '`after` MAP<STRING, STRING>']
    : columnsOf(topic).map(([name, type]) => `\`${name}\` ${flinkTypes[type]}`)

const flinkTable = (topic: Topic): string => `CREATE TABLE ${sqlName(topic)}_events (
${flinkColumns(topic)
  .map((column) => `    ${column},\n`)
  .join('')}    headers MAP<STRING, BYTES> METADATA VIRTUAL,
    event_time TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL,
    ce_id AS DECODE(headers['ce_id'], 'UTF-8'),
    ce_type AS DECODE(headers['ce_type'], 'UTF-8'),
    WATERMARK FOR event_time AS event_time - INTERVAL '1' SECOND
) WITH (
    'connector' = 'kafka',
    'topic' = '${topic.name}',
    'properties.bootstrap.servers' = '${broker}',
    'scan.startup.mode' = 'earliest-offset',
    'format' = 'json'
);`

/** One table for each topic, whose watermarks follow the time of the events. */
export const flinkOf = (topics: readonly Topic[]): string => topics.map(flinkTable).join('\n\n')

const risingWaveTypes: Record<Type, string> = { text: 'VARCHAR', whole: 'BIGINT' }

const risingWaveColumns = (topic: Topic): string[] =>
  isRows(topic)
    ? ['op VARCHAR', '"before" JSONB', '"after" JSONB']
    : columnsOf(topic).map(([name, type]) => `"${name}" ${risingWaveTypes[type]}`)

const risingWaveSource = (topic: Topic): string => `CREATE SOURCE ${sqlName(topic)}_events (
${risingWaveColumns(topic)
  .map((column) => `    ${column}`)
  .join(',\n')}
)
INCLUDE timestamp AS event_time
INCLUDE header AS headers
WITH (
    connector = 'kafka',
    topic = '${topic.name}',
    properties.bootstrap.server = '${broker}',
    scan.startup.mode = 'earliest'
) FORMAT PLAIN ENCODE JSON;`

/** One source for each topic. */
export const risingWaveOf = (topics: readonly Topic[]): string => topics.map(risingWaveSource).join('\n\n')

/** The tables whose rows a stream plays. */
const tablesOf = (topics: readonly Topic[]): string[] =>
  topics.filter(isRows).map(({ topic }) => topic.slice(rowsPrefix.length))

/** Compares the rows in Kafka with those that there should be; null where the stream plays no rows. */
export function foldOf({ topics }: Stream, asOf: string, allTables: number): string | null {
  const tables = tablesOf(topics)
  if (tables.length === 0) return null
  const some = tables.length < allTables ? ` --tables ${tables.join(',')}` : ''
  return `cartload fold kafka://${broker} --against spec.yaml --as-of ${asOf}${some}${prefixOption(topics)}`
}
