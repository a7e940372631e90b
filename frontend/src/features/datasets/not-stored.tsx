import type { ReactElement } from 'react'

import { ButtonLink } from '@/components/ui/button'
import { Empty } from '@/components/ui/notice'
import type { Dataset } from '@/lib/api/types'
import { choiceOf, hasFiles, hasRows } from '@/lib/targets'

/** What a part of a dataset's pages needs. */
export type Need = 'rows' | 'files'

/** What is missing of what a page needs; null where it can be shown. */
export const missingOf = (dataset: Dataset, need: Need | null): Need | null =>
  (need === 'rows' && !hasRows(dataset)) || (need === 'files' && !hasFiles(dataset)) ? need : null

const titles: Record<Need, string> = { rows: 'No tables in MySQL', files: 'No files' }

/** Stands in place of what cannot be shown of a dataset, and says why and what to do instead. */
export function NotStored({
  dataset,
  missing,
  as = 'p',
}: {
  dataset: Dataset
  missing: Need
  as?: 'p' | 'h1'
}): ReactElement {
  const path = `/datasets/${dataset.id}`
  const { name } = choiceOf(dataset)
  const words =
    missing === 'rows'
      ? `This dataset was made as “${name}”: it has no tables to browse, query, examine or answer from.`
      : `This dataset was made as “${name}”: its rows were not written to files.`
  if (missing === 'rows' && hasFiles(dataset))
    return (
      <Empty
        as={as}
        title={titles[missing]}
        action={<ButtonLink to={`${path}/files`}>Go to its files</ButtonLink>}
      >
        {words} Its rows are in its files.
      </Empty>
    )
  if (missing === 'files' && hasRows(dataset))
    return (
      <Empty
        as={as}
        title={titles[missing]}
        action={<ButtonLink to={`${path}/tables`}>Go to its tables</ButtonLink>}
      >
        {words} Each table can be exported as CSV, JSON Lines or Parquet.
      </Empty>
    )
  return (
    <Empty as={as} title={titles[missing]} action={<ButtonLink to="/datasets/new">New dataset</ButtonLink>}>
      {words} Its batches are on Kafka. The same spec and seed make the same rows again, stored where you
      choose.
    </Empty>
  )
}
