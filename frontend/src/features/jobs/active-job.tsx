import type { ReactElement } from 'react'
import { Link, useParams } from 'react-router'

import { Card } from '@/components/ui/page'
import { allItems } from '@/lib/api/pages'

import { useJobs, useNewest } from './api'
import { JobProgress } from './job-progress'
import { isOver } from './states'

/** The unfinished job of the dataset that the address names, if there is one. */
export function ActiveJob(): ReactElement | null {
  const { datasetId } = useParams()
  const query = useJobs({ dataset_id: datasetId })
  const active = useNewest(allItems(query.data)).find((job) => !isOver(job))
  if (active === undefined) return null
  return (
    <div className="mb-8">
      <Card>
        <JobProgress job={active} />
        <Link
          to={`/jobs/${active.id}`}
          className="mt-5 inline-block text-sm font-medium text-accent underline underline-offset-4"
        >
          Open the job
        </Link>
      </Card>
    </div>
  )
}
