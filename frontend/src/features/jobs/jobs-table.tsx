import type { ReactElement } from 'react'
import { Link } from 'react-router'

import { ProgressBar } from '@/components/ui/progress-bar'
import { Cell, Row, Table, TableHead } from '@/components/ui/table'
import { useDatasetNames } from '@/features/datasets/api'
import type { Job } from '@/lib/api/types'
import { formatCount, formatDateTime, formatDuration } from '@/lib/format'

import { JobBadge } from './job-badge'
import { isOver, kindOf } from './states'

function JobRow({ job, name }: { job: Job; name: string | undefined }): ReactElement {
  return (
    <Row>
      <Cell>
        <Link
          to={`/jobs/${job.id}`}
          className="font-medium underline decoration-line-strong underline-offset-4"
        >
          {name ?? job.id.slice(0, 8)}
        </Link>
        <span className="block text-xs text-muted">{kindOf(job)}</span>
      </Cell>
      <Cell>
        <JobBadge job={job} />
      </Cell>
      <Cell className="min-w-44">
        <p className="mb-1.5 tabular-nums">
          {formatCount(job.rows_done)}
          <span className="text-muted"> of {formatCount(job.rows_total)}</span>
        </p>
        {!isOver(job) && <ProgressBar thin label="Rows done" done={job.rows_done} total={job.rows_total} />}
      </Cell>
      <Cell className="whitespace-nowrap tabular-nums">
        {isOver(job) ? '–' : formatDuration(job.seconds_left)}
      </Cell>
      <Cell className="whitespace-nowrap text-muted tabular-nums">{formatDateTime(job.created_at)}</Cell>
    </Row>
  )
}

/** Jobs as a table, each a link to its page. */
export function JobsTable({ jobs }: { jobs: readonly Job[] }): ReactElement {
  const names = useDatasetNames()
  return (
    <Table label="Jobs">
      <TableHead columns={['Job', 'State', 'Rows', 'Time left', 'Asked for']} />
      <tbody>
        {jobs.map((job) => (
          <JobRow key={job.id} job={job} name={names.get(job.dataset_id)} />
        ))}
      </tbody>
    </Table>
  )
}
