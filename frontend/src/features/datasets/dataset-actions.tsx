import { useState, type ReactElement } from 'react'
import { useNavigate } from 'react-router'

import { Button } from '@/components/ui/button'
import { Confirm } from '@/components/ui/dialog'
import { Failure } from '@/components/ui/notice'
import { toast } from '@/components/ui/toasts'
import type { Dataset } from '@/lib/api/types'

import { useDeleteDataset } from './api'
import { AppendDialog } from './append-dialog'

function DeleteDialog({ dataset, onClose }: { dataset: Dataset; onClose: () => void }): ReactElement {
  const remove = useDeleteDataset(dataset.id)
  const navigate = useNavigate()
  const confirm = (): void =>
    remove.mutate(undefined, {
      onSuccess: () => {
        toast(`${dataset.name} is being deleted.`)
        void navigate('/')
      },
    })
  return (
    <Confirm
      title={`Delete ${dataset.name}?`}
      action="Delete the dataset"
      busy={remove.isPending}
      onConfirm={confirm}
      onClose={onClose}
    >
      Its tables, files and grants are removed, and an unfinished job of it is cancelled. The same spec and
      seed make the same rows again.
      {remove.error !== null && (
        <div className="mt-4">
          <Failure error={remove.error} />
        </div>
      )}
    </Confirm>
  )
}

/** Append and delete. */
export function DatasetActions({ dataset }: { dataset: Dataset }): ReactElement {
  const [open, setOpen] = useState<'append' | 'delete' | null>(null)
  const close = (): void => setOpen(null)
  return (
    <>
      {dataset.state === 'ready' && <Button onClick={() => setOpen('append')}>Append</Button>}
      <Button look="danger" onClick={() => setOpen('delete')}>
        Delete
      </Button>
      {open === 'append' && <AppendDialog dataset={dataset} onClose={close} />}
      {open === 'delete' && <DeleteDialog dataset={dataset} onClose={close} />}
    </>
  )
}
