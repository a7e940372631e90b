import { useState, type ReactElement } from 'react'

import { Button } from '@/components/ui/button'
import { toast } from '@/components/ui/toasts'
import { config } from '@/config'
import { messageOf } from '@/lib/api/problem'
import type { Dataset, Table } from '@/lib/api/types'
import { download } from '@/lib/download'

import { exportFormats, exportUrl, type ExportFormat } from './api'
import type { Selection } from './selection'

const labels: Record<ExportFormat, string> = { csv: 'CSV', jsonl: 'JSON Lines', parquet: 'Parquet' }

/** Downloads the table as it is filtered, in one of three formats. */
export function ExportMenu({
  dataset,
  table,
  selection,
}: {
  dataset: Dataset
  table: Table
  selection: Selection
}): ReactElement {
  const [busy, setBusy] = useState<ExportFormat | null>(null)
  const start = async (format: ExportFormat): Promise<void> => {
    setBusy(format)
    try {
      const url = exportUrl(dataset.id, table.name, selection, format)
      const large = table.rows > config.pickFileAbove
      if (await download(url, `${table.name}.${format}`, large))
        toast(`${table.name}.${format} is downloaded.`)
    } catch (error) {
      toast(messageOf(error))
    } finally {
      setBusy(null)
    }
  }
  return (
    <div role="group" aria-label="Export" className="flex flex-wrap items-center gap-2">
      <span aria-hidden="true" className="mr-1 text-sm text-muted">
        Export
      </span>
      {exportFormats.map((format) => (
        <Button
          key={format}
          busy={busy === format}
          disabled={busy !== null}
          onClick={() => void start(format)}
        >
          {labels[format]}
        </Button>
      ))}
    </div>
  )
}
