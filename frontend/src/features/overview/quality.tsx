import type { ReactElement, ReactNode } from 'react'
import { Link } from 'react-router'

import { Badge, type Tone } from '@/components/ui/badge'
import { Failure, Loading } from '@/components/ui/notice'
import { Card } from '@/components/ui/page'
import { Time } from '@/components/ui/time'
import { useReport } from '@/features/report/api'
import { isBroken } from '@/features/report/checks'
import { NewReport } from '@/features/report/new-report'
import type { Dataset, Report } from '@/lib/api/types'
import { formatCounted } from '@/lib/format'

interface Verdict {
  tone: Tone
  badge: string
  words: string
}

/** What is known of the quality of a dataset, in one sentence. */
export function verdictOf(report: Report, state: Dataset['state']): Verdict {
  if (report.state === 'running')
    return { tone: 'accent', badge: 'checking', words: 'Every row is being checked.' }
  if (report.state === 'failed')
    return { tone: 'warn', badge: 'unknown', words: report.reason ?? 'The report could not be made.' }
  if (report.kind === 'full') {
    const invariants = report.invariants ?? []
    const holding = invariants.filter(({ ok }) => ok).length
    const whole = holding === invariants.length
    const words = `${String(holding)} of ${formatCounted(invariants.length, 'invariant')} hold`
    return { tone: whole ? 'good' : 'danger', badge: whole ? 'whole' : 'broken', words: `${words}.` }
  }
  if (state === 'creating')
    return { tone: 'plain', badge: 'not examined yet', words: 'Rows are checked when all are stored.' }
  const checks = report.checks ?? []
  const broken = checks.filter(isBroken).length
  if (broken > 0)
    return {
      tone: 'danger',
      badge: 'broken',
      words: `${String(broken)} of ${formatCounted(checks.length, 'check')} of its load found violations.`,
    }
  const load = checks.length === 0 ? '' : ` All ${formatCounted(checks.length, 'check')} of its load hold.`
  return { tone: 'plain', badge: 'not examined yet', words: `No full report was made.${load}` }
}

function Line({
  verdict,
  below,
  action,
}: {
  verdict: Verdict
  below: ReactNode
  action: ReactNode
}): ReactElement {
  return (
    <div className="flex flex-wrap items-center justify-between gap-4">
      <div role="status">
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <Badge tone={verdict.tone}>{verdict.badge}</Badge>
          <span className="font-medium">{verdict.words}</span>
        </p>
        <p className="mt-1 text-sm text-muted">{below}</p>
      </div>
      {action}
    </div>
  )
}

/** Whether the invariants hold, or that this is not known yet, with a way to find out. */
export function Quality({ dataset }: { dataset: Dataset }): ReactElement {
  const report = useReport(dataset.id)
  if (report.isPending) return <Loading what="report" />
  if (report.isError) return <Failure error={report.error} retry={report.refetch} />
  const { state, kind, made_at: madeAt } = report.data
  const examined = kind === 'full' && state === 'ready'
  return (
    <Card>
      <h2 className="sr-only">Quality</h2>
      <Line
        verdict={verdictOf(report.data, dataset.state)}
        below={
          examined ? (
            <>
              Every row checked, <Time at={madeAt ?? null} />
            </>
          ) : (
            'A full report checks every row and finds the answers.'
          )
        }
        action={
          examined ? (
            <Link to="report" className="text-sm font-medium text-accent underline underline-offset-4">
              Open the quality report
            </Link>
          ) : dataset.state === 'creating' ? null : (
            <NewReport datasetId={dataset.id} running={state === 'running'} />
          )
        }
      />
    </Card>
  )
}
