import type { ReactElement, ReactNode } from 'react'
import { Link } from 'react-router'

import { CopyButton } from '@/components/ui/copy-button'
import { Notice } from '@/components/ui/notice'
import type { Job } from '@/lib/api/types'
import { formatCounted } from '@/lib/format'
import { hasRows } from '@/lib/targets'

import { useUnfinishedJobs } from './api'
import type { StageName } from './stages'

const link = 'font-medium underline underline-offset-4'

const failedWhile: Record<StageName, string> = {
  queued: 'The job failed before its first row',
  generating: 'The job failed while it made and stored rows',
  indexing: 'The job failed while it added indexes',
  checking: 'The job failed while it checked what is stored',
}

/** What a retry does to a job of each kind. */
const again: Record<Job['kind'], string> = {
  create: 'it goes on from what is stored',
  append: 'it starts from the beginning; the dataset is as it was before',
}

function Failed({ job, stage }: { job: Job; stage: StageName }): ReactElement {
  return (
    <Notice tone="danger">
      <h2 className="text-base font-semibold">{failedWhile[stage]}</h2>
      <p className="mt-2 break-words">{job.error ?? 'The server gave no reason.'}</p>
      <h3 className="mt-4 font-semibold">What to do</h3>
      <ul className="mt-1 list-disc space-y-1 pl-5">
        {stage === 'checking' && hasRows(job) && (
          <li>
            See which check failed in the{' '}
            <Link to={`/datasets/${job.dataset_id}/report`} className={link}>
              report of the dataset
            </Link>
            .
          </li>
        )}
        <li>Press “Try again”: {again[job.kind]}.</li>
        <li>
          If it fails again, give the operator the job’s id: <code className="break-all">{job.id}</code>{' '}
          <CopyButton text={job.id} what="the job’s id" />
        </li>
      </ul>
    </Notice>
  )
}

function cancelledWords(job: Job): string {
  if (job.kind === 'append') return 'Its rows were removed: the dataset is as it was before.'
  if (job.rows_done === 0) return 'No row of it is stored.'
  return `It stored ${formatCounted(job.rows_done, 'row')}; the dataset is incomplete.`
}

/** The jobs that run while this one is queued. */
function Others(): ReactElement | null {
  const others = useUnfinishedJobs().filter(({ state }) => state === 'running')
  const [other] = others
  if (other === undefined) return null
  return (
    <>
      {' '}
      It shares the workers with{' '}
      <Link to={others.length === 1 ? `/jobs/${other.id}` : '/jobs?state=running'} className={link}>
        {formatCounted(others.length, 'other job')} of yours
      </Link>
      .
    </>
  )
}

function wordsOf(job: Job): ReactNode {
  switch (job.state) {
    case 'queued':
      return job.rows_done > 0
        ? 'It waits for its turn, and goes on by itself where it stopped.'
        : 'Its database is being made, or it waits for its turn. It begins by itself.'
    case 'paused':
      return 'Paused: nothing more is made until you resume it. It keeps its place.'
    case 'cancelling':
      return job.kind === 'append'
        ? 'It is being cancelled: the rows that it added are removed.'
        : 'It is being cancelled: rows on their way are stored, and what is stored gets its indexes.'
    case 'cancelled':
      return `Cancelled. ${cancelledWords(job)}`
    case 'running':
    case 'completed':
    case 'failed':
      return null
  }
}

/** What there is to know of a job that does not simply run: why it failed, what it waits for, how it ended. */
export function Situation({ job, stage }: { job: Job; stage: StageName }): ReactElement | null {
  if (job.state === 'failed') return <Failed job={job} stage={stage} />
  const words = wordsOf(job)
  if (words === null) return null
  return (
    <Notice tone={job.state === 'paused' ? 'warn' : 'plain'}>
      {words}
      {job.state === 'queued' && <Others />}
    </Notice>
  )
}
