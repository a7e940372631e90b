import { useState, type ReactElement } from 'react'
import { useNavigate } from 'react-router'

import { Button } from '@/components/ui/button'
import { Confirm } from '@/components/ui/dialog'
import { Failure } from '@/components/ui/notice'
import type { Dataset } from '@/lib/api/types'
import { hasFiles, hasRows } from '@/lib/targets'

import { useDeleteDataset } from './api'
import { AppendDialog } from './append-dialog'

/** What a deletion removes, as the beginning of a sentence. */
export function removedOf(dataset: Dataset): string {
  if (hasRows(dataset) && hasFiles(dataset)) return 'Its tables, files and grants are removed'
  if (hasRows(dataset)) return 'Its tables and grants are removed'
  if (hasFiles(dataset)) return 'Its files are removed'
  return 'What is known of it is removed, its batches leave Kafka when their time is up'
}

function DeleteDialog({
  dataset,
  busy,
  error,
  onConfirm,
  onClose,
}: {
  dataset: Dataset
  busy: boolean
  error: Error | null
  onConfirm: () => void
  onClose: () => void
}): ReactElement {
  return (
    <Confirm
      title={`Delete ${dataset.name}?`}
      action="Delete the dataset"
      busy={busy}
      onConfirm={onConfirm}
      onClose={onClose}
    >
      {removedOf(dataset)}, and an unfinished job of it is cancelled. The same spec and seed make the same
      rows again.
      {error !== null && (
        <div className="mt-4">
          <Failure error={error} />
        </div>
      )}
    </Confirm>
  )
}

/** Append and delete. */
export function DatasetActions({ dataset }: { dataset: Dataset }): ReactElement {
  const [open, setOpen] = useState<'append' | 'delete' | null>(null)
  const navigate = useNavigate()
  // Held here and not by the dialog, which may be closed before the answer comes.
  const remove = useDeleteDataset(dataset)
  const close = (): void => setOpen(null)
  const deleteIt = (): void =>
    remove.mutate(undefined, { onSuccess: () => void navigate('/'), onError: () => setOpen('delete') })
  return (
    <>
      {dataset.state === 'ready' && <Button onClick={() => setOpen('append')}>Append</Button>}
      <Button look="danger" onClick={() => setOpen('delete')}>
        Delete
      </Button>
      {open === 'append' && <AppendDialog dataset={dataset} onClose={close} />}
      {open === 'delete' && (
        <DeleteDialog
          dataset={dataset}
          busy={remove.isPending}
          error={remove.error}
          onConfirm={deleteIt}
          onClose={close}
        />
      )}
    </>
  )
}
