import type { Preview } from '@/lib/api/types'

/** A preview for tests: of five customers with four orders, without tables, unless told otherwise. */
export function somePreview(changes: Partial<Preview> = {}): Preview {
  return {
    tables: {},
    total_rows: 0,
    estimated_bytes: 0,
    profile: {
      currency: 'EUR',
      orders_per_customer: [2, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0],
      value_bounds: [1_000, 2_000, 5_000, 10_000],
      orders_by_value: [1, 2, 1],
    },
    ...changes,
  }
}
