import { useEffect, useRef, useState, type ReactElement, type SubmitEvent } from 'react'
import { useNavigate } from 'react-router'

import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { TextField } from '@/components/ui/field'
import { Failure } from '@/components/ui/notice'
import { fieldMessage } from '@/lib/api/problem'
import type { Dataset } from '@/lib/api/types'
import { focusFirstInvalid, textOf } from '@/lib/forms'
import { parseWhole } from '@/lib/numbers'
import { randomUuid } from '@/lib/uuid'

import { useAppend } from './api'

/** Asks how many customers to add, and goes to the job that adds them. */
export function AppendDialog({ dataset, onClose }: { dataset: Dataset; onClose: () => void }): ReactElement {
  const [error, setError] = useState<string>()
  const [key, setKey] = useState(randomUuid)
  const form = useRef<HTMLFormElement>(null)
  const append = useAppend(dataset.id)
  const navigate = useNavigate()
  useEffect(() => {
    if (append.error !== null && form.current !== null) focusFirstInvalid(form.current)
  }, [append.error])
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const customers = parseWhole(textOf(event.currentTarget, 'customers'))
    const valid = customers !== null && customers >= 1
    setError(valid ? undefined : 'Enter a whole number from 1.')
    if (valid) append.mutate({ customers, key }, { onSuccess: (job) => void navigate(`/jobs/${job.id}`) })
    else focusFirstInvalid(event.currentTarget)
  }
  const wrong = error ?? fieldMessage(append.error, 'customers')
  return (
    <Dialog title={`Append to ${dataset.name}`} onClose={onClose}>
      <form ref={form} onSubmit={submit} noValidate className="space-y-5">
        <p className="text-sm text-muted">
          New customers with all that they own, by the same spec. The catalogue and the rows already there
          stay.
        </p>
        {append.error !== null && wrong === undefined && <Failure error={append.error} />}
        <TextField
          label="Customers to add"
          name="customers"
          inputMode="numeric"
          defaultValue="1000"
          onChange={() => setKey(randomUuid())}
          error={wrong}
        />
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>Close</Button>
          <Button type="submit" look="primary" busy={append.isPending}>
            Append
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
