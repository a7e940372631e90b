import { useState, type ReactElement } from 'react'

import { Button } from '@/components/ui/button'
import { Confirm } from '@/components/ui/dialog'
import { toast } from '@/components/ui/toasts'
import { messageOf } from '@/lib/api/problem'
import type { Job } from '@/lib/api/types'

import { useJobAction } from './api'
import { actionsOf, type JobAction } from './states'

const labels: Record<JobAction, string> = {
  cancel: 'Cancel',
  pause: 'Pause',
  resume: 'Resume',
  retry: 'Try again',
}

const consequences: Record<Job['kind'], string> = {
  create: 'The rows stored so far stay, and the dataset is marked incomplete.',
  append: 'The rows added so far are removed, and the dataset is as it was before.',
}

/** The buttons that a job's state allows. Cancelling asks first, for it cannot be taken back. */
export function JobActions({ job }: { job: Job }): ReactElement {
  const [asking, setAsking] = useState(false)
  const action = useJobAction(job.id)
  const run = (name: JobAction): void =>
    action.mutate(name, { onError: (error) => toast(messageOf(error)), onSettled: () => setAsking(false) })
  return (
    <div className="flex flex-wrap gap-2">
      {actionsOf(job).map((name) => (
        <Button
          key={name}
          busy={action.isPending && action.variables === name}
          disabled={action.isPending}
          onClick={() => (name === 'cancel' ? setAsking(true) : run(name))}
        >
          {labels[name]}
        </Button>
      ))}
      {asking && (
        <Confirm
          title="Cancel this job?"
          action="Cancel the job"
          busy={action.isPending}
          onConfirm={() => run('cancel')}
          onClose={() => setAsking(false)}
        >
          {consequences[job.kind]} A cancelled job cannot go on.
        </Confirm>
      )}
    </div>
  )
}
