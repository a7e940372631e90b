import type { ReactElement } from 'react'

import { Badge } from '@/components/ui/badge'
import type { Job } from '@/lib/api/types'

import { toneOf } from './states'

export function JobBadge({ job }: { job: Job }): ReactElement {
  return <Badge tone={toneOf(job.state)}>{job.state}</Badge>
}
