import { useState, type ReactElement } from 'react'
import { Link, useNavigate } from 'react-router'

import { Button } from '@/components/ui/button'
import { Failure } from '@/components/ui/notice'
import { useNewDataset, usePreview } from '@/features/new-dataset/api'
import type { Preview } from '@/lib/api/types'
import { formatBytes, formatCount, formatCounted } from '@/lib/format'
import { randomUuid } from '@/lib/uuid'

import { Sample } from './sample'

const sizes = [
  { name: 'Small shop', customers: 1_000, use: 'To look around.' },
  { name: 'Medium shop', customers: 10_000, use: 'For tests and dashboards.' },
  { name: 'Large shop', customers: 100_000, use: 'For queries that take their time.' },
] as const

type Size = (typeof sizes)[number]

const specOf = ({ name, customers }: Size): Record<string, unknown> => ({ name, customers })

function SizeCard({ size, preview }: { size: Size; preview: Preview | undefined }): ReactElement {
  const [key] = useState(randomUuid)
  const create = useNewDataset()
  const navigate = useNavigate()
  const make = (): void =>
    create.mutate({ spec: specOf(size), key }, { onSuccess: (job) => void navigate(`/jobs/${job.id}`) })
  return (
    <li className="flex flex-col rounded-xl border border-line bg-surface p-5">
      <h3 className="font-semibold">{size.name}</h3>
      <p className="text-sm text-muted">{size.use}</p>
      <p className="mt-4 text-2xl font-semibold tabular-nums">{formatCounted(size.customers, 'customer')}</p>
      <p className="min-h-6 text-sm text-muted tabular-nums">
        {preview !== undefined &&
          `${formatCount(preview.total_rows)} rows, about ${formatBytes(preview.estimated_bytes)}`}
      </p>
      {create.error !== null && (
        <div className="mt-3">
          <Failure error={create.error} />
        </div>
      )}
      <Button className="mt-5" look="primary" busy={create.isPending} onClick={make}>
        Make {size.name.toLowerCase()}
      </Button>
    </li>
  )
}

/** For who has nothing yet: three sizes to start from, and real rows of the smallest. */
export default function FirstRun(): ReactElement {
  // One after the other: the server makes few previews at a time.
  const small = usePreview(specOf(sizes[0]))
  const medium = usePreview(small.isSuccess ? specOf(sizes[1]) : null)
  const large = usePreview(medium.isSuccess ? specOf(sizes[2]) : null)
  const previews = [small.data, medium.data, large.data]
  return (
    <div className="space-y-10">
      <section>
        <h2 className="text-lg font-semibold">No datasets yet</h2>
        <p className="mt-1 mb-5 max-w-prose text-sm text-muted">
          A dataset is a whole shop: customers, catalogue, orders, payments and wishes, consistent to the last
          cent, in MySQL, as files and on Kafka. Start with one of these, or{' '}
          <Link to="/datasets/new" className="text-accent underline underline-offset-4">
            choose every setting
          </Link>
          .
        </p>
        <ul className="grid gap-4 md:grid-cols-3">
          {sizes.map((size, index) => (
            <SizeCard key={size.name} size={size} preview={previews[index]} />
          ))}
        </ul>
      </section>
      {small.isError && <Failure error={small.error} retry={small.refetch} />}
      {small.data !== undefined && <Sample preview={small.data} />}
    </div>
  )
}
