/** The topics that a stream can play, as they are described; Kafka may have other names for them. */
import type { Stream } from '@/lib/api/types'

export const businessTopics = [
  { topic: 'ecommerce-user-events', about: 'Customers sign up.' },
  {
    topic: 'ecommerce-inventory',
    about: 'Products are launched and discontinued, and stock changes with them.',
  },
  { topic: 'ecommerce-orders', about: 'Orders are placed, paid, shipped, delivered, returned or cancelled.' },
  {
    topic: 'ecommerce-clickstream',
    about: 'Visitors look, search, fill carts and buy. Empty unless the spec asks for sessions.',
  },
  { topic: 'ecommerce-payments', about: 'Charges succeed or fail, and money is given back.' },
] as const

export const rowsPrefix = 'ecommerce-cdc.'
/** All topics of rows. */
export const allRows = `${rowsPrefix}*`

const usualPrefix = 'ecommerce-'

type Topic = Stream['topics'][number]

export const isRows = ({ topic }: Topic): boolean => topic.startsWith(rowsPrefix)

/** What stands in place of `ecommerce-` in the names that Kafka has for a stream's topics. */
export function prefixOf(topics: readonly Topic[]): string {
  const [first] = topics
  if (first === undefined) return usualPrefix
  return first.name.slice(0, first.name.length - (first.topic.length - usualPrefix.length))
}

/** What has to be said to the command line about names that are not the usual ones. */
export function prefixOption(topics: readonly Topic[]): string {
  const prefix = prefixOf(topics)
  return prefix === usualPrefix ? '' : ` --topic-prefix ${prefix}`
}
