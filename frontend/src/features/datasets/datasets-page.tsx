import type { ReactElement } from 'react'

import { ButtonLink } from '@/components/ui/button'
import { MoreButton } from '@/components/ui/more-button'
import { Empty, Failure, Loading } from '@/components/ui/notice'
import { PageHeader } from '@/components/ui/page'
import { allItems } from '@/lib/api/pages'

import { useDatasets } from './api'
import { DatasetsTable } from './datasets-table'

const newDataset = (
  <ButtonLink to="/datasets/new" look="primary">
    New dataset
  </ButtonLink>
)

function Datasets({ query }: { query: ReturnType<typeof useDatasets> }): ReactElement {
  if (query.isPending) return <Loading what="datasets" />
  if (query.isError) return <Failure error={query.error} retry={query.refetch} />
  const datasets = allItems(query.data)
  if (datasets.length === 0)
    return (
      <Empty title="No datasets yet" action={newDataset}>
        A dataset is a whole shop: customers, catalogue, orders, payments and wishes, consistent to the last
        cent. Say how many customers it has, and watch it grow.
      </Empty>
    )
  return (
    <>
      <DatasetsTable datasets={datasets} />
      <MoreButton query={query} />
    </>
  )
}

/** All datasets of the user, newest first. */
export function DatasetsPage(): ReactElement {
  const query = useDatasets()
  const some = query.isSuccess && allItems(query.data).length > 0
  return (
    <>
      <PageHeader title="Datasets" actions={some && newDataset} />
      <Datasets query={query} />
    </>
  )
}
