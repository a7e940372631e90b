import { useState, type ReactElement } from 'react'
import { useNavigate } from 'react-router'

import { Button } from '@/components/ui/button'
import { Question } from '@/components/ui/question'
import { toast } from '@/components/ui/toasts'
import { messageOf } from '@/lib/api/problem'
import type { Stream } from '@/lib/api/types'

import { useDeleteStream, useStreamAction } from './api'
import { consequencesOfDeletion, consequencesOfStop } from './consequences'
import { actionsOf, type StreamAction } from './states'

const labels: Record<StreamAction, string> = { pause: 'Pause', resume: 'Resume', stop: 'Stop' }

const fail = (error: Error): void => toast(messageOf(error))

/** The buttons that a stream allows. What cannot be taken back asks first, and says what would come of it. */
export function StreamActions({ stream }: { stream: Stream }): ReactElement {
  const [asked, setAsked] = useState<'stop' | 'delete' | null>(null)
  const action = useStreamAction(stream.id)
  const remove = useDeleteStream(stream.id)
  const navigate = useNavigate()
  const close = (): void => setAsked(null)
  const press = (name: StreamAction): void => {
    if (name === 'stop') setAsked('stop')
    else action.mutate(name, { onError: fail })
  }
  return (
    <>
      {actionsOf(stream).map((name) => (
        <Button
          key={name}
          look={name === 'resume' ? 'primary' : 'secondary'}
          busy={action.isPending && action.variables === name}
          onClick={() => press(name)}
        >
          {labels[name]}
        </Button>
      ))}
      <Button look="danger" onClick={() => setAsked('delete')}>
        Delete
      </Button>
      {asked === 'stop' && (
        <Question
          consequences={consequencesOfStop(stream)}
          dangerous
          busy={action.isPending}
          onConfirm={() => action.mutate('stop', { onError: fail, onSettled: close })}
          onClose={close}
        />
      )}
      {asked === 'delete' && (
        <Question
          consequences={consequencesOfDeletion(stream)}
          dangerous
          busy={remove.isPending}
          onConfirm={() =>
            remove.mutate(undefined, {
              onSuccess: () => void navigate('/streams'),
              onError: (error) => {
                fail(error)
                close()
              },
            })
          }
          onClose={close}
        />
      )}
    </>
  )
}
