import { useState, type ReactElement, type SubmitEvent } from 'react'

import { Button } from '@/components/ui/button'
import { Failure } from '@/components/ui/notice'
import { fieldMessage } from '@/lib/api/problem'
import type { Stream } from '@/lib/api/types'

import { useSpeedChange } from './api'
import { whatTheyDo } from './consequences'
import { SpeedField } from './speed-field'
import { choiceOf, speedOf, wrongSpeed } from './speeds'
import { actionsOf } from './states'

/** Another speed, and what the buttons of the page do. */
export function StreamControl({ stream }: { stream: Stream }): ReactElement {
  const [choice, setChoice] = useState(() => choiceOf(stream.speed))
  const [isWrong, setIsWrong] = useState(false)
  const change = useSpeedChange(stream.id)
  const speed = speedOf(choice)
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    setIsWrong(speed === null)
    if (speed !== null) change.mutate(speed)
  }
  const error = isWrong ? wrongSpeed : fieldMessage(change.error, 'speed')
  return (
    <>
      <form onSubmit={submit} noValidate aria-label="Speed of the stream" className="space-y-3">
        <SpeedField
          choice={choice}
          error={error}
          onChange={(next) => {
            setChoice(next)
            setIsWrong(false)
            change.reset()
          }}
        />
        <Button type="submit" busy={change.isPending} disabled={speed === stream.speed}>
          Change the speed
        </Button>
        {change.error !== null && error === undefined && <Failure error={change.error} />}
      </form>
      <p className="mt-3 text-sm text-muted">
        It goes on at the new speed from the event time that it has reached.
      </p>
      <ul className="mt-4 space-y-1.5 border-t border-line pt-4 text-sm text-muted">
        {actionsOf(stream).map((name) => (
          <li key={name}>{whatTheyDo[name]}</li>
        ))}
      </ul>
    </>
  )
}
