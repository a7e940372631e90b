import { useState, type ReactElement } from 'react'

import { Button } from '@/components/ui/button'
import { Question } from '@/components/ui/question'
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
          consequences={consequencesOf(asked, job)}
          dangerous={asked === 'cancel'}
          busy={action.isPending}
          onConfirm={() => run(asked)}
          onClose={() => setAsked(null)}
        />
      )}
    </div>
  )
}
