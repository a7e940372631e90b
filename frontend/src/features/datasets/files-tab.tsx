import { useState, type ReactElement } from 'react'

import { Button } from '@/components/ui/button'
import { MoreButton } from '@/components/ui/more-button'
import { Empty, Failure, Loading } from '@/components/ui/notice'
import { Cell, Row, Table, TableHead } from '@/components/ui/table'
import { toast } from '@/components/ui/toasts'
import { allItems } from '@/lib/api/pages'
import { messageOf } from '@/lib/api/problem'
import type { StoredFile } from '@/lib/api/types'
import { download } from '@/lib/download'
import { formatBytes, formatCount } from '@/lib/format'

import { useFiles } from './api'
import { useShownDataset } from './dataset-page'

const partOf = (file: StoredFile): string => file.name.split('/').at(-1) ?? file.name

function DownloadButton({ datasetId, file }: { datasetId: string; file: StoredFile }): ReactElement {
  const [busy, setBusy] = useState(false)
  const part = partOf(file)
  const start = async (): Promise<void> => {
    setBusy(true)
    try {
      await download(`/api/datasets/${datasetId}/files/${file.table}/${part}`, `${file.table}-${part}`, false)
    } catch (error) {
      toast(messageOf(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Button
      size="small"
      busy={busy}
      aria-label={`Download ${file.table}/${part}`}
      onClick={() => void start()}
    >
      Download
    </Button>
  )
}

/** The files of the dataset as they lie in Blob storage. */
export function FilesTab(): ReactElement {
  const dataset = useShownDataset()
  const query = useFiles(dataset.id)
  if (query.isPending) return <Loading what="files" />
  if (query.isError) return <Failure error={query.error} retry={query.refetch} />
  const files = allItems(query.data)
  if (files.length === 0) return <Empty title="No files yet">They appear while the job runs.</Empty>
  return (
    <>
      <Table label="Files">
        <TableHead
          columns={[
            'File',
            { title: 'Rows', figures: true },
            { title: 'Size', figures: true },
            'SHA-256',
            { title: 'Download', hidden: true },
          ]}
        />
        <tbody className="tabular-nums">
          {files.map((file) => (
            <Row key={`${file.table}/${file.name}`}>
              <Cell className="font-mono whitespace-nowrap">
                {file.table}/{partOf(file)}
              </Cell>
              <Cell className="text-right">{formatCount(file.rows)}</Cell>
              <Cell className="text-right whitespace-nowrap">{formatBytes(file.bytes)}</Cell>
              <Cell className="font-mono text-muted" title={file.sha256}>
                {file.sha256.slice(0, 12)}…
              </Cell>
              <Cell className="text-right">
                <DownloadButton datasetId={dataset.id} file={file} />
              </Cell>
            </Row>
          ))}
        </tbody>
      </Table>
      <MoreButton query={query} />
    </>
  )
}
