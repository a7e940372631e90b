import type { ReactElement } from 'react'

import { Badge } from '@/components/ui/badge'
import type { ReportSummary } from '@/lib/api/types'
import { formatCounted, formatDateTime } from '@/lib/format'

const checkedBy = ({ kind, checked }: ReportSummary): string =>
  kind === 'full'
    ? formatCounted(checked, 'invariant')
    : formatCounted(checked, 'check of its load', 'checks of its load')

/**
 * What the newest report of a dataset comes to: `undefined` where it has none, `null` while that is not known.
 * Where there are no tables, there is nothing to examine.
 */
export function QualityBadge({
  report,
  examinable = true,
}: {
  report: ReportSummary | undefined | null
  examinable?: boolean
}): ReactElement | null {
  if (!examinable) return <span className="text-xs text-muted">no tables to examine</span>
  if (report === null) return null
  if (report?.state === 'running') return <Badge tone="accent">being examined</Badge>
  if (report?.state === 'failed') return <Badge tone="warn">examination failed</Badge>
  if (report === undefined || (report.kind !== 'full' && report.broken === 0))
    return <span className="text-xs text-muted">not examined</span>
  const { checked, broken, made_at: madeAt } = report
  return (
    <span title={`${checkedBy(report)}, ${formatDateTime(madeAt)}`}>
      {broken === 0 ? (
        <Badge tone="good">{`all ${String(checked)} hold`}</Badge>
      ) : (
        <Badge tone="danger">{`${String(broken)} of ${String(checked)} broken`}</Badge>
      )}
    </span>
  )
}
