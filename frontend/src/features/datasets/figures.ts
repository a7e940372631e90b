import type { Tone } from '@/components/ui/badge'
import type { Dataset } from '@/lib/api/types'

const tones: Record<Dataset['state'], Tone> = {
  creating: 'accent',
  ready: 'good',
  incomplete: 'warn',
}

export const datasetTone = (state: Dataset['state']): Tone => tones[state]

export const customersOf = (dataset: Dataset): number =>
  dataset.segments.reduce((sum, segment) => sum + segment.customers, 0)

/** Rows stored over all tables. */
export const rowsOf = (dataset: Dataset): number =>
  Object.values(dataset.tables).reduce((sum, rows) => sum + rows, 0)

/** The currency of all money of a dataset; null while its spec names none. */
export const currencyOf = ({ spec: { currency } }: Dataset): string | null =>
  typeof currency === 'string' ? currency : null
