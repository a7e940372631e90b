import { useState, type ReactElement } from 'react'

import { Button } from '@/components/ui/button'
import { Confirm } from '@/components/ui/dialog'
import { toast } from '@/components/ui/toasts'
import { messageOf } from '@/lib/api/problem'
import type { Job } from '@/lib/api/types'

import { useJobAction } from './api'
import { consequencesOf } from './consequences'
import { actionsOf, type JobAction } from './states'

const labels: Record<JobAction, string> = {
  cancel: 'Cancel',
  pause: 'Pause',
  resume: 'Resume',
  retry: 'Try again',
}

function Question({
  job,
  action,
  busy,
  onConfirm,
  onClose,
}: {
  job: Job
  action: JobAction
  busy: boolean
  onConfirm: () => void
  onClose: () => void
}): ReactElement {
  const { question, confirm, stays, goes, costs } = consequencesOf(action, job)
  const isCancel = action === 'cancel'
  return (
    <Confirm
      title={question}
      action={confirm}
      dismiss={isCancel ? 'Keep it' : 'Not now'}
      dangerous={isCancel}
      busy={busy}
      onConfirm={onConfirm}
      onClose={onClose}
    >
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-2">
        {[
          ['Stays', stays],
          ['Goes', goes],
          ['Costs', costs],
        ].map(([name, text]) => (
          <div key={name} className="contents">
            <dt className="font-medium text-ink">{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </Confirm>
  )
}

/** The buttons that a job's state allows. Each asks first, and says what would come of it. */
export function JobActions({ job }: { job: Job }): ReactElement {
  const [asked, setAsked] = useState<JobAction | null>(null)
  const action = useJobAction(job.id)
  const run = (name: JobAction): void =>
    action.mutate(name, { onError: (error) => toast(messageOf(error)), onSettled: () => setAsked(null) })
  return (
    <div className="flex flex-wrap gap-2">
      {actionsOf(job).map((name) => (
        <Button
          key={name}
          look={name === 'resume' || name === 'retry' ? 'primary' : 'secondary'}
          onClick={() => setAsked(name)}
        >
          {labels[name]}
        </Button>
      ))}
      {asked !== null && (
        <Question
          job={job}
          action={asked}
          busy={action.isPending}
          onConfirm={() => run(asked)}
          onClose={() => setAsked(null)}
        />
      )}
    </div>
  )
}
