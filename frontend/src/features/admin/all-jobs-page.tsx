import { useState, type ReactElement } from 'react'

import { Button } from '@/components/ui/button'
import { Confirm } from '@/components/ui/dialog'
import { MoreButton } from '@/components/ui/more-button'
import { Empty, Failure, Loading } from '@/components/ui/notice'
import { StateFilter, useStateFilter } from '@/components/ui/state-filter'
import { Cell, Row, Table, TableHead } from '@/components/ui/table'
import { toast } from '@/components/ui/toasts'
import { JobBadge } from '@/features/jobs/job-badge'
import { actionsOf, jobStates, kindOf } from '@/features/jobs/states'
import { allItems } from '@/lib/api/pages'
import { ApiError } from '@/lib/api/problem'
import type { JobState, OwnedJob } from '@/lib/api/types'
import { formatCount, formatDateTime } from '@/lib/format'

import { useAllJobs, useCancelAnyJob, useUser } from './api'

/** Whose it is, by name. */
function Owner({ id }: { id: string }): ReactElement {
  const { data: user, error } = useUser(id)
  if (user !== undefined) return <span title={id}>{user.user_name}</span>
  const gone = error instanceof ApiError && error.status === 404
  return (
    <span title={id} className="text-muted">
      {gone ? 'deleted account' : id.slice(0, 8)}
    </span>
  )
}

function CancelButton({ job }: { job: OwnedJob }): ReactElement {
  const [asking, setAsking] = useState(false)
  const cancel = useCancelAnyJob(job.id)
  const close = (): void => {
    setAsking(false)
    cancel.reset()
  }
  const confirm = (): void =>
    cancel.mutate(undefined, {
      onSuccess: () => {
        toast('The job is being cancelled.')
        close()
      },
    })
  return (
    <>
      <Button
        size="small"
        look="danger"
        aria-label={`Cancel the job ${job.id.slice(0, 8)}`}
        onClick={() => setAsking(true)}
      >
        Cancel
      </Button>
      {asking && (
        <Confirm
          title="Cancel this job?"
          action="Cancel the job"
          busy={cancel.isPending}
          onConfirm={confirm}
          onClose={close}
        >
          {job.kind === 'append'
            ? 'What it has appended is removed.'
            : 'What is stored stays, and the dataset is marked as incomplete.'}{' '}
          Its owner sees that an administrator did it.
          {cancel.error !== null && (
            <div className="mt-4">
              <Failure error={cancel.error} />
            </div>
          )}
        </Confirm>
      )}
    </>
  )
}

function JobRow({ job }: { job: OwnedJob }): ReactElement {
  return (
    <Row>
      <Cell className="font-medium">
        <Owner id={job.owner_id} />
      </Cell>
      <Cell className="whitespace-nowrap">
        <span className="font-mono text-[13px]" title={job.id}>
          {job.id.slice(0, 8)}
        </span>
        <span className="block text-xs text-muted">{kindOf(job)}</span>
      </Cell>
      <Cell title={job.error ?? undefined}>
        <JobBadge job={job} />
      </Cell>
      <Cell className="whitespace-nowrap">
        {formatCount(job.rows_done)}
        <span className="text-muted"> of {formatCount(job.rows_total)}</span>
      </Cell>
      <Cell className="whitespace-nowrap text-muted">{formatDateTime(job.created_at)}</Cell>
      <Cell className="text-right">{actionsOf(job).includes('cancel') && <CancelButton job={job} />}</Cell>
    </Row>
  )
}

function Jobs({ state }: { state: JobState | undefined }): ReactElement {
  const query = useAllJobs(state)
  if (query.isPending) return <Loading what="jobs" />
  if (query.isError) return <Failure error={query.error} retry={query.refetch} />
  const jobs = allItems(query.data)
  if (jobs.length === 0)
    return <Empty title={state === undefined ? 'No jobs yet' : `No ${state} jobs`}>Of no user at all.</Empty>
  return (
    <>
      <Table label="Jobs of all users">
        <TableHead
          columns={['User', 'Job', 'State', 'Rows', 'Asked for', { title: 'Cancel', hidden: true }]}
        />
        <tbody className="tabular-nums">
          {jobs.map((job) => (
            <JobRow key={job.id} job={job} />
          ))}
        </tbody>
      </Table>
      <MoreButton query={query} />
    </>
  )
}

/** The jobs of all users, newest first, each to be cancelled. */
export function AllJobsPage(): ReactElement {
  const state = useStateFilter(jobStates)
  return (
    <>
      <title>All jobs · Cartload</title>
      <div className="mb-5 flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-prose text-sm text-muted">The jobs of all users, newest first.</p>
        <StateFilter states={jobStates} />
      </div>
      <Jobs state={state} />
    </>
  )
}
