import type { ReactElement } from 'react'
import { useParams } from 'react-router'

import { Loading, PageFailure } from '@/components/ui/notice'
import { useDataset, useTables } from '@/features/datasets/api'
import { missingOf, NotStored } from '@/features/datasets/not-stored'
import { TablePage } from '@/features/tables/table-page'

/** Brings a dataset and its tables together with the page that shows one of them. */
export function TableRoute(): ReactElement {
  const { datasetId = '' } = useParams()
  const dataset = useDataset(datasetId)
  const tables = useTables(datasetId)
  const error = dataset.error ?? tables.error
  if (dataset.data !== undefined && missingOf(dataset.data, 'rows') !== null)
    return <NotStored dataset={dataset.data} missing="rows" as="h1" />
  if (dataset.data !== undefined && tables.data !== undefined)
    return <TablePage dataset={dataset.data} tables={tables.data} />
  return error === null ? (
    <Loading what="table" />
  ) : (
    <PageFailure
      what="dataset"
      error={error}
      retry={() => void Promise.all([dataset.refetch(), tables.refetch()])}
    />
  )
}
