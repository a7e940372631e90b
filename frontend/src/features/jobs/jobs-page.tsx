import type { ReactElement } from 'react'
import { Link } from 'react-router'

import { MoreButton } from '@/components/ui/more-button'
import { Empty, Failure, Loading } from '@/components/ui/notice'
import { PageHeader } from '@/components/ui/page'
import { StateFilter, useStateFilter } from '@/components/ui/state-filter'
import { allItems } from '@/lib/api/pages'

import { useJobs, useNewest } from './api'
import { JobsTable } from './jobs-table'
import { jobStates } from './states'

function Jobs({ state }: { state: (typeof jobStates)[number] | undefined }): ReactElement {
  const query = useJobs({ state })
  const jobs = useNewest(allItems(query.data))
  if (query.isPending) return <Loading what="jobs" />
  if (query.isError) return <Failure error={query.error} retry={query.refetch} />
  if (jobs.length > 0)
    return (
      <>
        <JobsTable jobs={jobs} />
        <MoreButton query={query} />
      </>
    )
  if (state !== undefined) return <Empty title={`No ${state} jobs`}>Choose another state to see more.</Empty>
  return (
    <Empty title="No jobs yet">
      A job makes a dataset or adds to one.{' '}
      <Link to="/datasets/new" className="text-accent underline underline-offset-4">
        Make a dataset
      </Link>{' '}
      to start the first.
    </Empty>
  )
}

/** All jobs of the user, newest first. */
export function JobsPage(): ReactElement {
  const state = useStateFilter(jobStates)
  return (
    <>
      <PageHeader title="Jobs" actions={<StateFilter states={jobStates} />} />
      <Jobs state={state} />
    </>
  )
}
