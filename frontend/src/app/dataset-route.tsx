import type { ReactElement } from 'react'

import { DatasetPage } from '@/features/datasets/dataset-page'
import { ActiveJob } from '@/features/jobs/active-job'

/** Brings a dataset together with the progress of its job. */
export function DatasetRoute(): ReactElement {
  return <DatasetPage progress={<ActiveJob />} />
}
