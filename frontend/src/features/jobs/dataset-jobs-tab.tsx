import type { ReactElement } from 'react'
import { useParams } from 'react-router'

import { MoreButton } from '@/components/ui/more-button'
import { Empty, Failure, Loading } from '@/components/ui/notice'
import { allItems } from '@/lib/api/pages'

import { useJobs, useNewest } from './api'
import { JobsTable } from './jobs-table'

/** The jobs of one dataset, newest first. */
export function DatasetJobsTab(): ReactElement {
  const { datasetId } = useParams()
  const query = useJobs({ dataset_id: datasetId })
  const jobs = useNewest(allItems(query.data))
  if (query.isPending) return <Loading what="jobs" />
  if (query.isError) return <Failure error={query.error} retry={query.refetch} />
  if (jobs.length === 0) return <Empty title="No jobs" />
  return (
    <>
      <JobsTable jobs={jobs} />
      <MoreButton query={query} />
    </>
  )
}
