import type { ReactElement } from 'react'
import { Link } from 'react-router'

import { Failure, Loading } from '@/components/ui/notice'
import { PageHeader } from '@/components/ui/page'

import { useSpecSchema } from './api'
import { NewDatasetForm } from './new-dataset-form'

/** Asks for a new dataset, with a look at its first rows. */
export function NewDatasetPage(): ReactElement {
  const schema = useSpecSchema()
  return (
    <>
      <PageHeader
        title="New dataset"
        above={
          <Link to="/" className="underline underline-offset-4">
            Datasets
          </Link>
        }
        below="The same settings always make the same rows."
      />
      {schema.isPending && <Loading what="settings" />}
      {schema.isError && <Failure error={schema.error} retry={schema.refetch} />}
      {schema.isSuccess && <NewDatasetForm schema={schema.data} />}
    </>
  )
}
