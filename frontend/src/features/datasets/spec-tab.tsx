import type { ReactElement } from 'react'

import { CopyButton } from '@/components/ui/copy-button'
import { Card, Facts } from '@/components/ui/page'
import { formatCount, formatDateTime } from '@/lib/format'

import { useShownDataset } from './dataset-page'

/** The spec that the dataset was made by, with every default resolved. */
export function SpecTab(): ReactElement {
  const dataset = useShownDataset()
  const text = JSON.stringify(dataset.spec, null, 2)
  return (
    <div className="space-y-6">
      <Card>
        <Facts
          items={[
            ['Made', formatDateTime(dataset.created_at)],
            ['Engine vintage', String(dataset.vintage)],
            ['Segments', dataset.segments.map((segment) => formatCount(segment.customers)).join(' + ')],
            [
              'Id',
              <span key="id" className="font-mono text-sm break-all">
                {dataset.id}
              </span>,
            ],
          ]}
        />
      </Card>
      <Card>
        <div className="mb-4 flex items-center justify-between gap-4">
          <h2 className="font-semibold">Spec</h2>
          <CopyButton text={text} what="spec" />
        </div>
        <pre tabIndex={0} aria-label="Spec as JSON" className="overflow-x-auto text-sm">
          {text}
        </pre>
      </Card>
    </div>
  )
}
