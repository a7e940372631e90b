import type { ReactElement } from 'react'

import { Button } from '@/components/ui/button'
import { Failure } from '@/components/ui/notice'

import { useNewReport } from './api'

/** Has every invariant checked over all rows, and says when that is refused. */
export function NewReport({ datasetId, running }: { datasetId: string; running: boolean }): ReactElement {
  const start = useNewReport(datasetId)
  return (
    <div className="flex flex-col items-start gap-3 sm:items-end">
      <Button busy={running || start.isPending} onClick={() => start.mutate()}>
        {running ? 'Checking every row' : 'Make a full report'}
      </Button>
      {start.error !== null && <Failure error={start.error} />}
    </div>
  )
}
